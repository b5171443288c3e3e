"""Parking by the hour on the web: asked for, paid, longer, ended, reminded; the office's pages."""

import re
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from parkops.programme.schema import Programme
from payments import operations as payments
from payments import queries as charges
from payments.models import Payment, Refund
from permits import operations
from permits.models import ParkingSession, StayOrder
from permits.queries import rights_for
from permits.queries.stays import stay_path
from permits.queries.told import hits
from permits.rules import sessions, stay_lengths
from permits.rules.plates import read_plates
from permits.rules.reminders import stay_reminder_due
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401
from tests.seed import PROGRAMMES

HELSINKI = ZoneInfo("Europe/Helsinki")
MINUTE = timedelta(minutes=1)


def programme(*rates: dict, zone: str = "Europe/Helsinki") -> Programme:
    document = {
        "schema": 1,
        "programme": {"name": "P", "timezone": zone, "currency": "EUR"},
        "zones": [{"code": "A", "name": "A", "kind": "street"}],
        "permit_types": [],
        "violations": [],
        "sessions": {"rates": list(rates)},
    }
    return Programme.of(document)


def at(text: str, zone: ZoneInfo = HELSINKI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def cost(rules: Programme, start: datetime, minutes: int) -> sessions.StayQuote:
    return sessions.price_of_stay(
        rules.rates_for("A"), rules, start=start, end=start + minutes * MINUTE
    )


DAY_RATE = {"zones": ["A"], "when": "Mon-Sat 08:00-18:00", "per_hour": "1.00", "max": "12h"}
EVENING = {"zones": ["A"], "when": "Mon-Sat 18:00-22:00", "per_hour": "2.00", "day_max": "2.00"}


class TestPrices:
    """Scenarios E8 and F17 to F19."""

    def test_f17_nothing_is_charged_past_the_end_and_nothing_is_lost(self):
        rules = programme(DAY_RATE)
        asked = cost(rules, at("2026-11-10T17:15"), 60)
        assert asked.total.amount == "0.75"
        assert "15 minutes of it cost nothing." in asked.because

    def test_f18_two_hours_of_the_day_and_the_flat_evening(self):
        rules = programme(DAY_RATE, EVENING)
        assert cost(rules, at("2026-11-10T16:00"), 360).total.amount == "4.00"

    def test_f19_a_begun_hour_costs_whole_and_an_extension_the_difference(self):
        rules = programme({"zones": ["A"], "per_hour": "1.00", "begun_hours": ["1.00", "2.00"]})
        start = at("2026-11-10T10:00")
        assert cost(rules, start, 61).total.amount == "3.00"
        assert (cost(rules, start, 90).total - cost(rules, start, 60).total).amount == "2.00"
        assert [line.amount.amount for line in cost(rules, start, 150).lines] == [
            "1.00",
            "2.00",
            "2.00",
        ]

    def test_begun_hours_have_no_day_max(self):
        with pytest.raises(ValueError, match="begun_hours has no day_max"):
            programme({**EVENING, "begun_hours": ["1.00"]})

    def test_e8_the_night_of_the_change_bills_two_hours_and_shows_both_offsets(self):
        rules = programme({"zones": ["A"], "per_hour": "1.00"})
        start = datetime(2025, 10, 25, 23, 30, tzinfo=UTC)  # 02:30 (UTC+3)
        end = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)  # 03:30 for the second time
        assert cost(rules, start, 120).total.amount == "2.00"
        text = sessions.span_text(start, end, HELSINKI)
        assert text == "26 Oct 2025, 02:30 (UTC+3) to 03:30 (UTC+2)"
        assert "UTC" not in sessions.span_text(start, start + MINUTE, HELSINKI)

    def test_e7_a_time_that_the_clocks_skip_or_show_twice(self):
        berlin = ZoneInfo("Europe/Berlin")
        spring = stay_lengths.until(time(2, 30), berlin, at=at("2023-03-26T01:00", berlin))
        assert spring.astimezone(berlin).time() == time(3, 30)
        autumn = stay_lengths.until(time(2, 30), berlin, at=at("2023-10-29T01:00", berlin))
        assert autumn == datetime(2023, 10, 29, 0, 30, tzinfo=UTC)  # the first of the two


class TestLengths:
    RULES = programme({**DAY_RATE, "min": "15m", "max": "4h"})
    RATES = RULES.rates_for("A")

    def test_offers_the_end_of_the_paid_time_and_nothing_dearer_than_it_for_nothing(self):
        found = stay_lengths.lengths(self.RATES, self.RULES, at=at("2026-11-10T16:30"))
        assert [(one.minutes, one.is_until, one.quote.total.amount) for one in found] == [
            (15, False, "0.25"),
            (30, False, "0.50"),
            (60, False, "1.00"),
            (90, True, "1.50"),
        ]

    def test_offers_at_night_only_what_reaches_into_the_paid_time(self):
        now = at("2026-11-10T06:00")
        assert stay_lengths.charged(self.RATES, self.RULES, at=now) == stay_lengths.Charged(
            False, at("2026-11-10T08:00")
        )
        found = stay_lengths.lengths(self.RATES, self.RULES, at=now)
        assert [one.minutes for one in found] == [240]

    @given(st.integers(0, 7 * 24 * 60))
    def test_never_offers_what_is_then_refused_and_never_for_nothing(self, minute):
        now = at("2026-11-09T00:00") + minute * MINUTE
        for one in stay_lengths.lengths(self.RATES, self.RULES, at=now):
            sessions.check_length(self.RATES, zone_code="A", minutes=one.minutes)
            assert one.quote.total.minor > 0

    def test_an_extension_counts_towards_the_longest(self):
        start = at("2026-11-10T10:00")
        found = stay_lengths.extensions(self.RATES, starts_at=start, ends_at=start + 200 * MINUTE)
        assert [minutes for minutes, _ in found] == [15, 30, 40]

    def test_too_long_says_until_when(self):
        start = at("2026-11-10T10:00")
        with pytest.raises(Refused) as refused:
            stay_lengths.require_length(
                self.RATES,
                zone_code="A",
                start=start,
                ends_at=start + 241 * MINUTE,
                zone=HELSINKI,
            )
        assert str(refused.value) == "The longest stay in A is until 14:00."


@pytest.mark.parametrize(
    ("minutes", "before", "stopped", "reminded", "due"),
    [
        (60, 10, False, False, True),
        (60, 11, False, False, False),
        (60, 0, False, False, False),
        (60, 5, True, False, False),
        (60, 5, False, True, False),
        (15, 5, False, False, False),
    ],
)
def test_when_the_end_of_a_stay_is_reminded_of(minutes, before, stopped, reminded, due):
    start = at("2026-11-10T10:00")
    assert due == stay_reminder_due(
        starts_at=start,
        ends_at=start + minutes * MINUTE,
        is_stopped=stopped,
        is_reminded=reminded,
        at=start + (minutes - before) * MINUTE,
    )


def plate(text: str = "ABC 123"):
    return read_plates([(text, "")])[0]


@pytest.fixture
def order(harbor, now):
    """Ask for a stay in METER: `order(60)`."""

    def make(minutes: int = 60, *, when: datetime | None = None, **more) -> StayOrder:
        told = {"plate": plate(), "zone_code": "METER", "minutes": minutes, **more}
        told = {"email": "guest@example.test", **told}
        return operations.order_stay(**told, by=SYSTEM, at=when or now)

    return make


def pay(number: str, when: datetime) -> None:
    charge = charges.charge_of("session", number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=when
    )


def holds(when: datetime, key: str = "ABC123") -> bool:
    rights = rights_for(plate_key=key, zone_codes=["METER"], at=when)
    return any(right.holds_now for right in rights)


class TestOrders:
    def test_runs_from_the_payment_for_as_long_as_was_asked(self, order, now):
        asked = order(60)
        assert not holds(now + MINUTE)
        paid_at = now + 3 * MINUTE
        pay(asked.number, paid_at)
        stay = ParkingSession.objects.get()
        assert (stay.number, stay.starts_at) == (asked.number, paid_at)
        assert stay.ends_at == paid_at + 60 * MINUTE
        assert holds(paid_at)
        assert not holds(stay.ends_at)
        message = Message.objects.get(event="session.stay_begun")
        assert message.to == "guest@example.test"
        assert stay_path(stay.number) in message.text
        text = charges.charge_of("session", stay.number).text
        assert text == "Parking in METER, 10 Nov 2026, 10:18 to 11:18"

    def test_until_a_time_ends_then_however_late_it_is_paid(self, order, now):
        asked = order(0, until=now + 60 * MINUTE)
        pay(asked.number, now + 3 * MINUTE)
        stay = ParkingSession.objects.get()
        assert (stay.starts_at, stay.ends_at) == (now, now + 60 * MINUTE)

    def test_what_is_not_paid_in_time_is_given_up_and_late_money_finds_nothing_owed(
        self, order, now
    ):
        asked = order()
        assert operations.expire_orders(at=now + 14 * MINUTE) == 0
        assert operations.expire_orders(at=now + 15 * MINUTE) == 1
        assert operations.expire_orders(at=now + 16 * MINUTE) == 0
        charge = charges.charge_of("session", asked.number)
        assert (charge.amount.minor, charge.is_settled) == (0, True)
        assert not ParkingSession.objects.exists()

    def test_a_stay_that_costs_nothing_runs_at_once(self, order):
        evening = datetime(2026, 11, 10, 23, 0, tzinfo=UTC)  # 18:00 in New York
        asked = order(60, when=evening)
        assert asked.settled_at == evening
        assert holds(evening)

    @pytest.mark.parametrize(
        ("minutes", "zone", "code"),
        [(10, "METER", "too_short"), (181, "METER", "too_long"), (60, "LOT-A", "no_rate")],
    )
    def test_refuses_as_the_api_does(self, order, minutes, zone, code):
        with pytest.raises(Refused) as refused:
            order(minutes, zone_code=zone)
        assert refused.value.code == code


class TestLonger:
    @pytest.fixture
    def stay(self, order, now) -> ParkingSession:
        asked = order(60)
        pay(asked.number, now)
        return ParkingSession.objects.get()

    def test_holds_once_the_difference_is_paid(self, stay, now):
        later = now + 30 * MINUTE
        asked = operations.order_extension(stay.number, minutes=60, by=SYSTEM, at=later)
        again = operations.order_extension(stay.number, minutes=60, by=SYSTEM, at=later)
        assert again.pk == asked.pk
        charge = charges.charge_of("session", stay.number)
        assert charge.balance.amount == "2.70"
        assert not holds(now + 90 * MINUTE)
        pay(stay.number, later)
        assert holds(now + 90 * MINUTE)
        stay.refresh_from_db()
        assert stay.ends_at == now + 120 * MINUTE
        assert stay.net_minor + stay.tax_minor == 540

    def test_given_up_the_stay_is_as_it_was(self, stay, now):
        operations.order_extension(stay.number, minutes=60, by=SYSTEM, at=now)
        assert operations.expire_orders(at=now + 15 * MINUTE) == 1
        charge = charges.charge_of("session", stay.number)
        assert (charge.amount.amount, charge.is_settled) == ("2.70", True)
        assert holds(now + 59 * MINUTE)
        assert not holds(now + 61 * MINUTE)

    def test_another_length_takes_the_place_of_the_first(self, stay, now):
        operations.order_extension(stay.number, minutes=60, by=SYSTEM, at=now)
        operations.order_extension(stay.number, minutes=30, by=SYSTEM, at=now)
        assert charges.charge_of("session", stay.number).balance.amount == "1.35"
        assert StayOrder.objects.filter(settled_at=None, lapsed_at=None).count() == 1

    def test_not_beyond_the_longest_and_not_once_it_is_over(self, stay, now):
        with pytest.raises(Refused) as refused:
            operations.order_extension(stay.number, minutes=121, by=SYSTEM, at=now)
        assert refused.value.code == "too_long"
        with pytest.raises(Conflict):
            operations.order_extension(stay.number, minutes=15, by=SYSTEM, at=stay.ends_at)

    def test_the_api_and_the_web_do_not_charge_twice(self, stay, now):
        operations.order_extension(stay.number, minutes=60, by=SYSTEM, at=now)
        operations.extend_stay(stay.number, minutes=15, by=SYSTEM, at=now)
        assert charges.charge_of("session", stay.number).amount.amount == "3.38"
        assert not StayOrder.objects.filter(settled_at=None, lapsed_at=None).exists()


class TestEnding:
    def test_what_was_asked_for_stays_charged(self, order, now):
        pay(order(60).number, now)
        number = ParkingSession.objects.get().number
        operations.order_extension(number, minutes=60, by=SYSTEM, at=now)
        for _ in range(2):
            stay = operations.stop_stay(number, by=SYSTEM, at=now + 20 * MINUTE)
        assert (stay.ends_at, stay.stopped_at) == (now + 20 * MINUTE,) * 2
        assert not holds(now + 21 * MINUTE)
        assert charges.charge_of("session", number).amount.amount == "2.70"
        assert not Refund.objects.exists()

    def test_a_program_may_give_back_what_was_not_used(self, order, now, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace("sessions:\n  rates:", "sessions:\n  refund_unused: true\n  rates:")
        apply_programme(text)
        pay(order(60).number, now)
        number = ParkingSession.objects.get().number
        operations.stop_stay(number, by=SYSTEM, at=now + 30 * MINUTE)
        charge = charges.charge_of("session", number)
        assert charge.amount.amount == "1.35"
        assert Refund.objects.get().amount_minor == 135


def test_a_reminder_goes_once_for_each_end(order, now):
    pay(order(60).number, now)
    number = ParkingSession.objects.get().number
    sent = [operations.remind_of_stays(at=now + m * MINUTE) for m in (49, 50, 51)]
    assert sent == [0, 1, 0]
    operations.extend_stay(number, minutes=30, by=SYSTEM, at=now + 52 * MINUTE)
    assert operations.remind_of_stays(at=now + 81 * MINUTE) == 1
    messages = Message.objects.filter(event="session.stay_ends")
    assert sorted(m.subject for m in messages) == [
        "Your parking in METER ends at 11:15",
        "Your parking in METER ends at 11:45",
    ]


def test_of_money_and_giving_up_at_once_one_wins(own_database, now):
    told = {"plate": plate(), "zone_code": "METER", "minutes": 60, "email": "g@example.test"}
    asked = operations.order_stay(**told, by=SYSTEM, at=now)
    tenant, start, late = own_database, Barrier(2), now + 15 * MINUTE

    def run(act) -> None:
        connection.set_tenant(tenant)
        try:
            start.wait()
            act()
        except Conflict:
            pass  # nothing is owed any more
        finally:
            connection.close()

    threads = [
        Thread(target=run, args=(lambda: pay(asked.number, late),)),
        Thread(target=run, args=(lambda: operations.expire_orders(at=late),)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked.refresh_from_db()
    runs = ParkingSession.objects.filter(number=asked.number).exists()
    assert runs == (asked.settled_at is not None)
    assert runs == (asked.lapsed_at is None)
    assert charges.charge_of("session", asked.number).amount.amount == ("2.70" if runs else "0.00")


class TestPages:
    @pytest.fixture(autouse=True)
    def _at(self, now, monkeypatch):
        monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
        with time_machine.travel(now, tick=False):
            yield

    def words(self, answer) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())

    def answered(self, site) -> None:
        site.post("/park/METER/", {"plate": "abc 123", "region": "NY"})
        site.post("/park/METER/time/", {"length": "60"})

    @pytest.mark.usefixtures("takes_cards")
    def test_a_guest_pays_parks_longer_and_leaves_without_an_account(self, site, request):
        remote_, seller = request.getfixturevalue("remote"), request.getfixturevalue("account")
        wrong = site.post("/park/", {"zone": "MTER"})
        assert wrong.status_code == 422
        assert "There is no zone MTER" in self.words(wrong)
        assert "not paid by the hour" in self.words(site.post("/park/", {"zone": "LOT-A"}))
        assert site.post("/park/", {"zone": " meter "}).url == "/park/METER/"
        assert "$2.50 an hour" in self.words(site.get("/park/METER/"))
        assert site.get("/park/METER/check/").url == "/park/METER/"
        step = site.post("/park/METER/", {"plate": "abc 123", "region": "NY"})
        assert "Until 11:15" in self.words(site.get(step.url))
        assert site.post(step.url, {"length": "61"}).status_code == 422
        step = site.post(step.url, {"until": "11:15"})
        shown = self.words(site.get(step.url))
        assert "10 Nov 2026, 10:15 to 11:15" in shown
        assert "$2.70" in shown
        assert site.post(step.url, {"email": "nobody"}).status_code == 422
        step = site.post(step.url, {"email": "guest@example.test"})
        payment = Payment.objects.get()
        assert step.url == payment.redirect_url
        own = stay_path(StayOrder.objects.get().number)
        assert "Not paid yet" in self.words(site.get(own))
        remote_.act(seller, "pay", payment.session_id)
        back = site.get(f"/pay/return/{payment.return_token}/")
        assert back.url == own
        shown = self.words(site.get(own))
        assert "You may park" in shown
        assert payment.number in shown
        assert "You park in METER" in self.words(site.get("/park/"))
        longer = site.get(f"{own}longer/")
        assert "Until 12:15" in self.words(longer)
        step = site.post(f"{own}longer/", {"minutes": "60"})
        second = Payment.objects.latest("pk")
        assert (step.url, second.amount_minor) == (second.redirect_url, 270)
        assert "You asked to park until 12:15" in self.words(site.get(own))
        remote_.act(seller, "pay", second.session_id)
        site.get(f"/pay/return/{second.return_token}/")
        assert "10:15 to 12:15" in self.words(site.get(own))
        site.post(own, {"act": "stop"})
        over = self.words(site.get(own))
        assert "Your session is over" in over
        again = re.search(r'href="(/park/METER/\?again=[^"]+)"', site.get(own).content.decode())
        assert b"ABC 123" in site.get(again[1]).content

    def test_without_cards_it_says_where_to_pay(self, site):
        self.answered(site)
        assert "Card payments are not set up here" in self.words(site.get("/park/METER/check/"))
        refused = site.post("/park/METER/check/", {"email": "g@example.test"})
        assert refused.status_code == 422
        assert not StayOrder.objects.exists()

    @pytest.mark.usefixtures("takes_cards")
    def test_sent_twice_is_asked_once(self, site):
        self.answered(site)
        for _ in range(2):
            site.post("/park/METER/check/", {"email": "g@example.test"})
        assert StayOrder.objects.count() == 1

    def test_another_tenants_site_knows_no_such_session_or_zone(self, site, other_site, order):
        own = stay_path(order().number)
        assert site.get(own).status_code == 200
        assert other_site.get(own).status_code == 404
        assert site.get("/park/LOT-A/").status_code == 404

    def test_the_office_finds_shows_and_ends_a_session(self, site, clara, otto, order, now):
        pay(order(60).number, now)
        number = ParkingSession.objects.get().number
        site.login_as(otto)
        assert number in site.get("/office/sessions/").content.decode()
        assert number in site.get("/office/sessions/?q=abc123").content.decode()
        assert number not in site.get("/office/sessions/?q=XYZ").content.decode()
        assert "Session begun" in self.words(site.get(f"/office/sessions/{number}/"))
        assert site.post(f"/office/sessions/{number}/stop/").status_code == 403
        assert site.get("/office/sessions/S-2020-00001-1/").status_code == 404
        paper = site.get("/office/sessions/zones/METER/poster.pdf")
        assert paper.content.startswith(b"%PDF")
        assert site.get("/office/sessions/zones/LOT-A/poster.pdf").status_code == 404
        assert f"Session {number}" in [hit.title for hit in hits("ABC123", limit=5)]
        site.login_as(clara)
        site.post(f"/office/sessions/{number}/stop/")
        assert ParkingSession.objects.get().stopped_at == now

    def test_a_longer_list_asks_the_database_no_more(self, site, otto, order, now):
        site.login_as(otto)
        counts = []
        for rows in (2, 4):
            while ParkingSession.objects.count() < rows:
                pay(order(60).number, now)
            site.get("/office/sessions/")
            with CaptureQueriesContext(connection) as found:
                site.get("/office/sessions/")
            counts.append(len(found))
        assert counts[0] == counts[1]
