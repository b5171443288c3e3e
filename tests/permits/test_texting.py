"""Parking by text: keywords, signed texts in and out, one session a phone, opt-outs."""

import json
from datetime import timedelta

import pytest
import requests
import time_machine
from django.core.management import call_command
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel import permissions
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission, Role
from parkops.messaging.models import Phone, TextMessage
from parkops.messaging.texts import operations as texts
from parkops.messaging.texts import signatures
from parkops.messaging.texts.phones import phone_number
from parkops.messaging.texts.providers import Inbound, secret_of
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import ParkingSession, StayOrder
from permits.queries.stays import stay_path
from permits.rules import texting

MINUTE = timedelta(minutes=1)
LINE, ANA, BEN = "+12125550000", "+12125550101", "+12125550102"
URL = "https://texts.example/send"


@pytest.mark.parametrize(
    ("words", "act", "zone", "plate", "minutes"),
    [
        ("PARK 104 ABC123 2H", "park", "104", "ABC123", 120),
        ("park meter abc 123 90", "park", "METER", "ABC 123", 90),
        ("Park LOT-A abc-123 1h30.", "park", "LOT-A", "ABC-123", 90),
        ("PARK 104 ABC123 1H30M", "park", "104", "ABC123", 90),
        ("PARK 104 ABC123 45min", "park", "104", "ABC123", 45),
        ("Estacionar 104 ABC123 2h", "park", "104", "ABC123", 120),
        ("EXTEND 30", "extend", "", "", 30),
        ("prolonger 1h", "extend", "", "", 60),
        ("End!", "end", "", "", 0),
        ("fin", "end", "", "", 0),
        ("STOP", "stop", "", "", 0),
        ("Stop texting me", "stop", "", "", 0),
        ("Arrêt", "stop", "", "", 0),
        ("cancel", "stop", "", "", 0),
        ("START", "start", "", "", 0),
        ("help", "help", "", "", 0),
        ("¿Ayuda?", "help", "", "", 0),
        ("hello", "unknown", "", "", 0),
        ("", "unknown", "", "", 0),
        (" . ", "unknown", "", "", 0),
    ],
)
def test_what_a_text_asks_for(words, act, zone, plate, minutes):
    asked = texting.read(words)
    assert (asked.act, asked.zone, asked.plate, asked.minutes) == (act, zone, plate, minutes)
    assert asked.wrong is None


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("PARK", "Text PARK, the zone, the plate and how long"),
        ("PARK 104 2H", "Text PARK, the zone, the plate and how long"),
        ("PARK 104 ABC123 soon", "SOON is not a length such as 90, 2H or 1H30"),
        ("PARK 104 ABC123 0", "0 is not a length"),
        ("PARK 104 ABC123 1H75", "1H75 is not a length"),
        ("PARK 104 ABC123 99999", "99999 is not a length"),
        ("PARK 104 ABCDEFG1234567 2H", "A plate has 1 to 12 letters and digits"),
        ("EXTEND", "Text EXTEND and by how long"),
        ("EXTEND my stay", "Text EXTEND and by how long"),
    ],
)
def test_what_would_be_right_is_said(words, wrong):
    assert wrong in str(texting.read(words).wrong)


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_read(words):
    asked = texting.read(f"PARK {words}")
    assert asked.wrong is not None or 0 < asked.minutes <= texting.MOST_MINUTES


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+1 (212) 555-0101", ANA), ("001.212.555.0101", ANA), ("+33 6 12 34 56 78", "+33612345678")],
)
def test_phones_are_kept_in_one_form(typed, kept):
    assert phone_number(typed) == kept


@pytest.mark.parametrize("typed", ["2125550101", "+0125550101", "12345", "+1212ABC", ""])
def test_a_phone_names_its_country(typed):
    with pytest.raises(ValueError, match=r"such as \+12125550100"):
        phone_number(typed)


@pytest.fixture
def line(harbor, now, settings):
    """Harbor's line, where cards are taken."""
    settings.STRIPE_SECRET_KEY, harbor.stripe_account = "sk_test_of_these_tests", "acct_1"
    return texts.open_line(number=LINE, url=URL, at=now)


class Texter:
    """A phone: `texter("HELP")` gives the answer, "" if there was none."""

    def __init__(self, now):
        self.now, self.count = now, 0

    def __call__(self, words, *, phone=ANA, at=None, name=""):
        self.count += 1
        came = Inbound(name or f"m{self.count}", phone, LINE, words)
        newest = TextMessage.objects.order_by("-pk").first()
        texts.receive(came, at=at or self.now)
        out = TextMessage.objects.filter(pk__gt=newest.pk if newest else 0)
        return "".join(out.exclude(state="received").values_list("words", flat=True))


@pytest.fixture
def texter(line, now):
    return Texter(now)


def pay(when):
    order = StayOrder.objects.get(settled_at=None, lapsed_at=None)
    charge = charges.charge_of("session", order.number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=when
    )


class TestParking:
    def test_the_answer_has_price_reason_and_link_and_it_runs_from_the_payment(self, texter, now):
        told = texter("PARK meter abc 123 1h")
        order = StayOrder.objects.get()
        assert told.startswith("ABC 123 in METER, 1 hour: $2.70. $2.50 an hour")
        assert told.endswith(stay_path(order.number))
        assert not ParkingSession.objects.exists()
        pay(now + 2 * MINUTE)
        stay = ParkingSession.objects.get()
        assert (stay.phone, stay.ends_at) == (ANA, now + 62 * MINUTE)
        begun = TextMessage.objects.get(event="session.stay_begun")
        assert begun.words.startswith("ABC 123 may park in METER until 11:17.")

    def test_a_text_that_comes_twice_is_one(self, texter):
        assert texter("PARK METER ABC123 1H", name="same")
        assert texter("PARK METER ABC123 1H", name="same") == ""
        assert StayOrder.objects.count() == 1

    def test_the_same_wish_again_gives_the_same_link_another_takes_its_place(self, texter):
        first = texter("PARK METER ABC123 1H")
        assert texter("PARK METER ABC123 1H") == first
        assert texter("PARK METER ABC124 1H") != first
        still = StayOrder.objects.get(settled_at=None, lapsed_at=None)
        assert (still.plate_key, StayOrder.objects.count()) == ("ABC124", 2)

    def test_what_is_refused_leaves_the_earlier_wish(self, texter):
        texter("PARK METER ABC123 1H")
        assert texter("PARK METER ABC123 9H") == "The longest stay in METER is until 13:15."
        assert StayOrder.objects.get().lapsed_at is None

    def test_never_two_sessions_of_one_phone(self, texter, now):
        texter("PARK METER ABC123 1H")
        pay(now)
        told = texter("PARK METER XYZ99 1H")
        assert told.startswith("ABC123 parks in METER until 11:15 already.")
        assert StayOrder.objects.count() == 1
        assert texter("PARK METER XYZ99 1H", phone=BEN).startswith("XYZ99 in METER")

    def test_a_zone_that_is_none_is_named(self, texter):
        assert "In NOWHERE nobody pays by the hour." in texter("PARK nowhere ABC123 1H")

    def test_what_costs_nothing_runs_at_once_and_says_so_once(self, texter, now):
        evening = now + timedelta(hours=8)
        told = texter("PARK METER ABC123 1H", at=evening)
        assert told.startswith("ABC123 may park in METER until 19:15.")
        assert ParkingSession.objects.get().starts_at == evening

    def test_without_cards_nothing_is_asked_for(self, texter, harbor):
        harbor.stripe_account = ""
        assert texter("PARK METER ABC123 1H") == "Card payments are not set up here."
        assert not StayOrder.objects.exists()

    def test_longer_once_the_difference_is_paid_and_ended_by_word(self, texter, now):
        assert "No session of this phone runs." in texter("EXTEND 30")
        texter("PARK METER ABC123 1H")
        pay(now)
        told = texter("EXTEND 30")
        assert told.startswith("ABC123 in METER until 11:45: $1.35 more. $2.50 an hour")
        pay(now + MINUTE)
        told = texter("END", at=now + 30 * MINUTE)
        assert told == (
            "The session of ABC123 in METER ended at 10:45. What was asked for stays charged."
        )
        assert ParkingSession.objects.get().stopped_at == now + 30 * MINUTE
        assert "No session of this phone runs." in texter("END", at=now + 31 * MINUTE)

    def test_end_gives_up_what_is_not_paid(self, texter):
        texter("PARK METER ABC123 1H")
        assert texter("END") == "What you asked for is given up. Nothing is charged."
        assert StayOrder.objects.get().lapsed_at is not None

    def test_help_names_what_is_right(self, texter):
        assert texter("HELP").startswith("Harbor parking: Text PARK, zone, plate and time")
        assert texter("what?").startswith("That was not understood. Text PARK")

    def test_the_word_tells_the_language(self, texter, harbor):
        harbor.languages = ["en", "fr", "es"]
        told = texter("Stationner METER ABC123 1H")
        assert told.startswith("ABC123, zone METER, 1 heure")
        assert texter("FIN") == "Votre demande est abandonnée. Rien n’est facturé."
        assert texter("Ayuda").startswith("Estacionamiento Harbor: Envíe ESTACIONAR")

    def test_two_machines_do_not_talk_for_ever(self, texter):
        answers = [texter("hello") for _ in range(texts.MOST_A_MINUTE + 2)]
        assert answers.count("") == 2


class TestOptOut:
    def test_after_one_confirmation_nothing_is_sent_until_start(self, texter, now):
        texter("PARK METER ABC123 1H")
        pay(now)
        assert texter("STOP").startswith("Harbor sends you no more texts.")
        sent = TextMessage.objects.exclude(state="received").count()
        for words in ("STOP", "HELP", "EXTEND 30", "PARK METER ABC123 1H"):
            assert texter(words) == ""
        assert operations.remind_of_stays(at=now + 52 * MINUTE) == 0
        assert texter("END", at=now + 53 * MINUTE) == ""
        assert ParkingSession.objects.get().stopped_at == now + 53 * MINUTE
        assert TextMessage.objects.exclude(state="received").count() == sent
        assert texter("START", at=now + 60 * MINUTE).startswith("Harbor answers your texts again.")

    def test_what_waits_is_not_sent_either_but_the_confirmation_is(self, texter, now, monkeypatch):
        texter("HELP")
        texter("STOP")
        posted = []
        monkeypatch.setattr(requests, "post", lambda *a, **k: posted.append(k) or answered(200))
        for text in TextMessage.objects.exclude(state="received").order_by("pk"):
            texts.deliver(text.pk, at=now)
        assert ["no more texts" in json.loads(one["data"])["text"] for one in posted] == [True]
        assert TextMessage.objects.filter(state="stopped").count() == 1

    def test_the_end_is_reminded_of_once(self, texter, now):
        texter("PARK METER ABC123 1H")
        pay(now)
        for _ in range(2):
            operations.remind_of_stays(at=now + 52 * MINUTE)
        told = TextMessage.objects.get(event="session.stay_ends")
        assert told.words.startswith("The time of ABC123 in METER ends at 11:15.")


def answered(status):
    answer = requests.Response()
    answer.status_code = status
    return answer


class TestTheProvider:
    def bring(self, site, line, now, *, secret=None, at=None, **told):
        body = json.dumps({"id": "x1", "from": ANA, "to": LINE, "text": "HELP", **told}).encode()
        signed = signatures.signed_headers(body, secret=secret or secret_of(line), at=at or now)
        with time_machine.travel(now, tick=False):
            return site.post(
                "/texts/inbound/", body, content_type="application/json", headers=signed
            )

    def test_a_signed_text_is_answered_once_and_a_replay_gets_the_same(self, site, line, now):
        first, again = (self.bring(site, line, now) for _ in range(2))
        assert (first.status_code, first.json()) == (200, {"received": True, "id": "x1"})
        assert (again.status_code, again.json()) == (200, first.json())
        assert TextMessage.objects.filter(event="text.answered").count() == 1

    def test_others_are_refused(self, site, line, now):
        assert self.bring(site, line, now, secret="guess").status_code == 403
        assert self.bring(site, line, now, at=now - 6 * MINUTE).status_code == 403
        assert self.bring(site, line, now, at=now + 6 * MINUTE).status_code == 403
        with time_machine.travel(now, tick=False):
            assert site.post("/texts/inbound/", {"text": "HELP"}).status_code == 403
        assert not TextMessage.objects.exists()

    @pytest.mark.parametrize(
        "told", [{"to": BEN}, {"from": "555"}, {"text": 7}, {"id": ""}, {"id": "x" * 201}]
    )
    def test_what_is_no_text_to_this_line_says_why(self, site, line, now, told):
        answer = self.bring(site, line, now, **told)
        assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)
        assert not TextMessage.objects.exists()

    def test_a_large_request_is_not_read(self, site, line, now):
        answer = self.bring(site, line, now, text="x" * 65_536)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert not TextMessage.objects.exists()

    def test_a_signature_of_another_kind_is_none(self, site, line, now):
        body = json.dumps({"id": "x1", "from": ANA, "to": LINE, "text": "HELP"}).encode()
        good = signatures.signed_headers(body, secret=secret_of(line), at=now)
        for header, value in {
            signatures.SIGNATURE: good[signatures.SIGNATURE].removeprefix("v1="),
            signatures.TIMESTAMP: "-1",
        }.items():
            with time_machine.travel(now, tick=False):
                answer = site.post(
                    "/texts/inbound/",
                    body,
                    content_type="application/json",
                    headers={**good, header: value},
                )
            assert answer.status_code == 403

    def test_another_tenants_secret_opens_nothing(self, site, other_site, line, hillside, now):
        with tenant_context(hillside):
            theirs = texts.open_line(number=LINE, url=URL, at=now)
            secret = secret_of(theirs)
        assert self.bring(site, line, now, secret=secret).status_code == 403
        assert self.bring(other_site, line, now).status_code == 403
        assert self.bring(other_site, line, now, secret=secret).status_code == 200
        assert not TextMessage.objects.exists()

    def test_a_tenant_without_a_line_takes_none(self, site, harbor, settings):
        settings.IS_LOCAL = False
        assert site.post("/texts/inbound/", {}).status_code == 404

    def test_a_text_goes_out_signed_and_once(self, texter, line, now, monkeypatch):
        texter("HELP")
        posted = []
        monkeypatch.setattr(
            requests, "post", lambda url, **k: posted.append((url, k)) or answered(202)
        )
        text = TextMessage.objects.get(event="text.answered")
        for _ in range(2):
            texts.deliver(text.pk, at=now)
        [(url, told)] = posted
        assert (url, told["allow_redirects"]) == (URL, False)
        signatures.verify(told["data"], told["headers"], secret=secret_of(line), at=now)
        sent = json.loads(told["data"])
        assert (sent["id"], sent["to"]) == (str(text.reference), ANA)
        text.refresh_from_db()
        assert text.state == TextMessage.State.SENT

    @pytest.mark.parametrize(
        ("status", "state"), [(400, "failed"), (302, "failed"), (429, "waiting"), (503, "waiting")]
    )
    def test_trouble_is_tried_again_a_refusal_is_not(self, texter, now, monkeypatch, status, state):
        texter("HELP")
        text = TextMessage.objects.get(event="text.answered")
        monkeypatch.setattr(requests, "post", lambda *a, **k: answered(status))
        try:
            texts.deliver(text.pk, at=now)
        except OSError:
            assert state == "waiting"
        text.refresh_from_db()
        assert (text.state, str(status) in text.last_error) == (state, True)

    def test_a_line_is_opened_at_the_terminal(self, line, now, settings, capsys):
        before = secret_of(line)
        more = ["--number", "+1 212 555 0199", "--url", URL]
        call_command("texting", "open", "harbor", *more)
        assert f"secret\t{before}" in capsys.readouterr().out
        call_command("texting", "open", "harbor", *more, "--new-secret")
        assert before not in capsys.readouterr().out
        settings.IS_LOCAL = False
        with pytest.raises(Refused, match="https"):
            texts.open_line(number=LINE, url="http://texts.example", at=now)


class TestOnScreen:
    def test_the_mailbox_is_a_phone_where_there_is_no_provider(self, site, settings):
        settings.HAS_MAIL_SERVER, settings.IS_LOCAL = False, True
        told = site.post("/mailbox/text/", {"phone": "+1 212 555 0101", "words": "HELP"})
        assert told.status_code == 302
        shown = site.get("/mailbox/").content.decode()
        assert "Harbor parking: Text PARK" in shown
        wrong = site.post("/mailbox/text/", {"phone": "555", "words": "HELP"})
        assert (wrong.status_code, "starts with +" in wrong.content.decode()) == (422, True)
        settings.HAS_MAIL_SERVER = True
        assert site.post("/mailbox/text/", {"phone": ANA, "words": "HELP"}).status_code == 404
        assert Phone.objects.count() == 1

    def test_the_office_sees_the_phone(self, site, texter, clara, now):
        texter("PARK METER ABC123 1H")
        pay(now)
        number = ParkingSession.objects.get().number
        assert ANA in site.login_as(clara).get(f"/office/sessions/{number}/").content.decode()

    def test_who_may_not_see_customers_sees_no_phone(self, site, texter, clara, now, monkeypatch):
        texter("PARK METER ABC123 1H")
        pay(now)
        number = ParkingSession.objects.get().number
        less = permissions.GRANTS[Role.CLERK] - {Permission.CUSTOMER_VIEW}
        monkeypatch.setitem(permissions.GRANTS, Role.CLERK, less)
        site.login_as(clara)
        for path in (
            f"/office/sessions/{number}/",
            "/office/sessions/?view=all",
            "/office/sessions/?view=all&q=ABC123",
        ):
            answer = site.get(path)
            assert answer.status_code == 200
            assert "ABC123" in answer.content.decode()
            assert ANA not in answer.content.decode()

    def test_an_officer_reads_no_texts(self, site, texter, now, bob):
        texter("PARK METER ABC123 1H")
        pay(now)
        number = ParkingSession.objects.get().number
        site.login_as(bob)
        assert site.get(f"/office/sessions/{number}/").status_code == 403
        assert site.get("/office/sessions/").status_code == 403
