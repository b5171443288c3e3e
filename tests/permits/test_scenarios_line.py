"""Scenarios I7 to I16 of the product's list, and what else a line that runs itself has to get right."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.messaging.models import Message
from payments import operations as payments
from payments import queries as charges
from payments.accounts import FINE_REVENUE
from permits import operations
from permits.models import Quota, WaitlistEntry
from permits.operations import places
from permits.operations.offering import offer_free_places
from permits.queries import line, sale
from permits.rules.plates import read_plates
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLERK = Actor("staff", "1", "Clara Clerk")
HARBOR = (PROGRAMMES / "harbor.yaml").read_text()
STAFF_LINE = "    waitlist: {offer: 2d}\n    renewal: {opens: 30d}\n"


def programme(
    line_: str = "{offer: 2d}", *, total: int = 2, each: int = 1, second: str = "", more: str = ""
) -> str:
    """Return harbor's programme with another line, quota and limit for STAFF-YEAR."""
    text = HARBOR.replace('quota: {total: 10, oversell: "10%"}', f"quota: {{total: {total}}}")
    text = text.replace("per_customer: 1", f"per_customer: {each}")
    text = text.replace(STAFF_LINE, STAFF_LINE.replace("{offer: 2d}", line_) + more)
    return text.replace(
        "  - code: MONTH\n    name: A month\n",
        "  - code: MONTH\n    name: A month\n" + (second and f"    {second}\n"),
        1,
    )


@pytest.fixture
def rules(apply_programme):
    return lambda *args, **more: apply_programme(programme(*args, **more))


@pytest.fixture
def join(now):
    def make(who, code="STAFF-YEAR", *, at=None, **more) -> WaitlistEntry:
        return operations.join_waitlist(
            type_code=code, customer_id=who.pk, by=SYSTEM, at=at or now, **more
        )

    return make


@pytest.fixture
def full(person, sell):
    """STAFF-YEAR sold out: two permits."""
    return lambda n=2: [sell(person(f"s{k}", "STAFF"), "STAFF-YEAR") for k in range(n)]


def cancel(permit, at) -> None:
    operations.cancel_permit(permit.number, reason="x", by=SYSTEM, at=at)


def taken(code="STAFF-YEAR") -> int:
    return sum(Quota.objects.filter(type_key=code.lower()).values_list("taken", flat=True))


def statuses(*entries) -> list[str]:
    for entry in entries:
        entry.refresh_from_db()
    return [entry.status for entry in entries]


def told(event: str) -> int:
    return Message.objects.filter(event=f"waitlist.{event}").count()


class TestOffers:
    def test_i7_ten_wait_seven_are_free(self, rules, full, person, join, apply_programme, now):
        """Seven offers in order of priority, then time; three stay."""
        rules("{offer: 2d, priority: [STUDENT]}", total=1)
        full(1)
        plain = [join(person(f"p{n}", "STAFF"), at=now + n * HOUR) for n in range(7)]
        first = [
            join(person(f"f{n}", "STAFF", "STUDENT"), at=now + (9 + n) * HOUR) for n in range(3)
        ]
        apply_programme(programme("{offer: 2d, priority: [STUDENT]}", total=8))
        assert offer_free_places("STAFF-YEAR", at=now + DAY) == 7
        assert statuses(*first, *plain) == ["offered"] * 7 + ["waiting"] * 3
        assert taken() == 8

    def test_i8_an_offer_holds_its_place_and_goes_on_unused(self, rules, full, person, join, now):
        rules("{offer: 24h}")
        sold = full()
        first, second = join(person("a", "STAFF")), join(person("b", "STAFF"))
        cancel(sold[0], now)
        assert statuses(first, second) == ["offered", "waiting"]
        assert first.offer_expires_at == now + DAY
        operations.expire_offers(at=now + DAY - timedelta(seconds=1))
        assert taken() == 2
        operations.expire_offers(at=now + DAY)
        assert statuses(first, second) == ["lapsed", "offered"]
        assert (taken(), told("lapsed")) == (2, 1)

    def test_i9_a_free_place_is_the_lines_not_a_newcomers(
        self, rules, full, person, join, apply_programme, now
    ):
        rules()
        full()
        entry = join(person("a", "STAFF"))
        apply_programme(programme(total=3))
        kind = sale.programme.in_force(now).programme.permit_type("STAFF-YEAR")
        newcomer = sale.shelf_of(
            kind, sale.programme.in_force(now), customer=person("n", "STAFF"), at=now
        )
        assert newcomer.decision.code == "sold_out"
        assert offer_free_places("STAFF-YEAR", at=now) == 1
        assert statuses(entry) == ["offered"]

    def test_i10_an_open_offer_is_made_once(self, rules, full, person, join, apply_programme, now):
        rules()
        sold = full()
        join(person("a", "STAFF"))
        cancel(sold[0], now)
        assert offer_free_places("STAFF-YEAR", at=now) == 0
        assert told("offered") == 1

    def test_i12_a_used_offer_whose_permit_is_cancelled_frees_the_place(
        self, rules, full, person, join, hold, now
    ):
        rules()
        sold = full()
        ana = person("a", "STAFF")
        entry = join(ana)
        cancel(sold[0], now)
        mine = hold(ana, "STAFF-YEAR")
        zoe = join(person("z", "STAFF"))
        cancel(mine, now)
        assert statuses(entry, zoe) == ["accepted", "offered"]
        assert (taken(), places.mend_quotas()) == (2, [])

    def test_i13_what_never_was_inside_the_quota_frees_nothing(
        self, rules, person, sell, join, apply_programme, now
    ):
        rules(total=5)
        sold = [sell(person(f"s{n}", "STAFF"), "STAFF-YEAR") for n in range(5)]
        apply_programme(programme(total=2))
        entry = join(person("a", "STAFF"))
        for permit in sold[:3]:
            cancel(permit, now)
        assert (statuses(entry), taken()) == (["waiting"], 2)
        cancel(sold[3], now)
        assert (statuses(entry), taken()) == (["offered"], 2)

    def test_i14_the_same_person_twice_is_once(self, rules, full, person, join):
        rules()
        full()
        ana = person("a", "STAFF")
        assert join(ana).pk == join(ana).pk
        assert WaitlistEntry.objects.count() == 1

    def test_i15_nothing_is_offered_while_the_sale_is_closed(
        self, rules, full, person, join, apply_programme, now
    ):
        rules()
        sold = full()
        entry = join(person("a", "STAFF"))
        closed = "on_sale: {from: 2026-07-15, to: 2026-11-01}"
        apply_programme(programme().replace("on_sale: {from: 2026-07-15}", closed))
        cancel(sold[0], now)
        assert (statuses(entry), entry.skip_code, told("offered")) == (["waiting"], "", 0)

    def test_i16_who_needs_two_keeps_the_first_for_48_hours(self, rules, full, person, join, now):
        rules(each=2)
        sold = full()
        two, next_ = join(person("a", "STAFF"), wanted=2), join(person("b", "STAFF"))
        cancel(sold[0], now)
        assert (statuses(two, next_), two.gathering_at) == (["waiting", "waiting"], now)
        assert taken() == 2
        operations.expire_offers(at=now + 48 * HOUR - timedelta(seconds=1))
        assert statuses(two, next_) == ["waiting", "waiting"]
        operations.expire_offers(at=now + 48 * HOUR)
        assert (statuses(two, next_), two.skip_code) == (["waiting", "offered"], "needs_places")
        assert two.skip_reason == "You wait for 2 places, and one was free."
        assert (taken(), places.mend_quotas()) == (2, [])

    def test_i16_and_gets_both_when_the_second_frees_up_in_time(
        self, rules, full, person, join, now
    ):
        rules(each=2)
        sold = full()
        ana = person("a", "STAFF")
        two = join(ana, wanted=2)
        cancel(sold[0], now)
        cancel(sold[1], now + HOUR)
        assert (statuses(two), len(two.places)) == (["offered"], 2)
        held = operations.accept_offer(two.reference, by=SYSTEM, at=now + HOUR)
        assert [permit.places for permit in held] == [["2026-09-01"]] * 2
        assert (statuses(two), taken()) == (["accepted"], 2)
        again = operations.accept_offer(two.reference, by=SYSTEM, at=now + HOUR)
        assert again == held

    def test_more_places_than_one_customer_may_have_are_refused(self, rules, full, person, join):
        rules()
        full()
        with pytest.raises(Refused) as refusal:
            join(person("a", "STAFF"), wanted=2)
        assert refusal.value.code == "per_customer"

    def test_a_reminder_comes_once_before_the_end(self, rules, full, person, join, now):
        rules()
        sold = full()
        join(person("a", "STAFF"))
        cancel(sold[0], now)
        operations.expire_offers(at=now + 35 * HOUR)
        assert told("offer_ends") == 0
        for hours in (37, 38):
            operations.expire_offers(at=now + hours * HOUR)
        assert told("offer_ends") == 1


class TestSkips:
    def test_who_is_no_longer_eligible_is_passed_over_with_the_reason(
        self, rules, full, person, join, now
    ):
        rules()
        sold = full()
        ana = person("a", "STAFF")
        first, second = join(ana), join(person("b", "STAFF"))
        customers.change_customer(ana.pk, changes={"audiences": ["STUDENT"]}, by=SYSTEM, at=now)
        cancel(sold[0], now)
        assert (statuses(first, second), first.skip_code) == (
            ["waiting", "offered"],
            "not_eligible",
        )
        assert "For Staff." in first.skip_reason
        assert line.position_of(first) == 1
        cancel(sold[1], now)
        skipped = AuditEvent.objects.filter(event="waitlist.skipped")
        assert [event.reason for event in skipped] == [first.skip_reason]

    def test_who_owes_is_passed_over_and_keeps_nobody_from_buying(
        self, rules, full, person, join, hold, now
    ):
        rules()
        sold = full()
        ana = person("a", "STAFF")
        entry = join(ana)
        charge = payments.raise_charge(
            kind="citation",
            reference=f"C-{uuid4()}",
            text="A citation",
            net=Money(4000, "USD"),
            tax=Money(0, "USD"),
            customer_id=ana.pk,
            plate_key="",
            due_on=date(2026, 11, 1),
            revenue=FINE_REVENUE,
            by=SYSTEM,
            at=now,
        )
        cancel(sold[0], now)
        assert (statuses(entry), entry.skip_code) == (["waiting"], "debt")
        assert hold(person("new", "STAFF"), "STAFF-YEAR").number
        cancel(sold[1], now)
        payments.cancel_charge(
            kind="citation", reference=charge.reference, text="Paid", by=SYSTEM, at=now
        )
        operations.offer_everywhere(at=now + HOUR)
        assert (statuses(entry), entry.skip_code) == (["offered"], "")


class TestLapse:
    def test_goes_to_the_end_once_then_leaves(self, rules, full, person, join, now):
        rules("{offer: 2d, lapse: end}")
        sold = full()
        first, second = join(person("a", "STAFF")), join(person("b", "STAFF"), at=now + HOUR)
        cancel(sold[0], now + HOUR)
        operations.expire_offers(at=now + 3 * DAY)
        assert statuses(first, second) == ["waiting", "offered"]
        assert "went to the end" in first.note
        operations.expire_offers(at=now + 6 * DAY)
        assert statuses(first, second) == ["offered", "waiting"]
        operations.expire_offers(at=now + 9 * DAY)
        assert statuses(first, second) == ["lapsed", "offered"]
        assert (taken(), places.mend_quotas()) == (2, [])

    def test_an_accepted_offer_that_is_not_paid_lapses_too(self, rules, full, person, join, now):
        rules("{offer: 2d, lapse: end}")
        sold = full()
        entry = join(person("a", "STAFF"))
        join(person("b", "STAFF"), at=now + HOUR)
        cancel(sold[0], now + HOUR)
        operations.accept_offer(entry.reference, by=SYSTEM, at=now + HOUR)
        operations.expire_holds(at=now + 2 * HOUR)
        assert (statuses(entry), line.position_of(entry)) == (["waiting"], 1)
        assert (taken(), places.mend_quotas()) == (2, [])


class TestPurge:
    def test_the_line_is_closed_after_a_notice(self, rules, full, person, join, now):
        rules("{offer: 2d, purge: 04-01}")
        full()
        entry = join(person("a", "STAFF"))
        march = datetime(2027, 3, 20, 12, tzinfo=UTC)
        assert [operations.purge_waitlists(at=march + n * HOUR) for n in (0, 1)] == [0, 0]
        assert told("closing") == 1
        assert operations.purge_waitlists(at=datetime(2027, 4, 1, 5, tzinfo=UTC)) == 1
        assert statuses(entry) == ["lapsed"]
        assert entry.close_reason == "The line was closed on 1 Apr 2027."
        assert told("closed") == 1
        again = join(entry.customer, at=datetime(2027, 4, 1, 15, tzinfo=UTC))
        assert operations.purge_waitlists(at=datetime(2027, 4, 2, 15, tzinfo=UTC)) == 0
        assert statuses(again) == ["waiting"]


class TestChoices:
    SECOND = "quota: {total: 1}\n    waitlist: {offer: 2d, group: ANY, higher: HIGHER}"

    @pytest.fixture
    def two(self, rules, full, person, sell, join, now):
        """Ana waits for STAFF-YEAR first and MONTH second; both are sold out."""

        def make(higher: str):
            rules(
                f"{{offer: 2d, group: ANY, higher: {higher}}}",
                second=self.SECOND.replace("HIGHER", higher),
            )
            year, month = full(), sell(person("m"), "MONTH")
            ana = person("a", "STAFF")
            first, second = join(ana), join(ana, "MONTH")
            assert (first.rank, second.rank) == (1, 2)
            return ana, year, month, first, second

        return make

    def take(self, entry, at):
        held = operations.accept_offer(entry.reference, by=SYSTEM, at=at)
        for permit in held:
            charge = charges.charge_of("permit", permit.number)
            payments.take_payment(
                charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=at
            )
        return held

    def test_the_higher_choice_ends_the_lower(self, two, now):
        _, year, _, first, second = two("keep")
        cancel(year[0], now)
        self.take(first, now)
        assert statuses(first, second) == ["accepted", "withdrawn"]
        assert second.close_reason == "You took another choice, Staff, a year."

    @pytest.mark.parametrize(("higher", "status"), [("keep", "waiting"), ("end", "withdrawn")])
    def test_the_lower_choice_keeps_or_ends_the_higher(self, two, now, higher, status):
        _, _, month, first, second = two(higher)
        cancel(month, now)
        self.take(second, now)
        assert statuses(first, second) == [status, "accepted"]

    def test_nothing_ends_before_it_is_paid(self, two, now):
        _, year, _, first, second = two("end")
        cancel(year[0], now)
        operations.accept_offer(first.reference, by=SYSTEM, at=now)
        assert statuses(second) == ["waiting"]

    def test_who_has_the_better_offer_is_passed_over_for_the_lower(self, two, person, join, now):
        _, year, month, first, second = two("keep")
        cancel(year[0], now)
        cancel(month, now)
        assert (statuses(first, second), second.skip_code) == (
            ["offered", "waiting"],
            "better_offer",
        )

    def test_the_order_may_be_changed(self, two, now):
        _, _, _, first, second = two("keep")
        operations.prefer(second.reference, rank=1, by=SYSTEM, at=now)
        statuses(first, second)
        assert (second.rank, first.rank) == (1, 2)


class TestStaff:
    def test_moves_somebody_with_a_reason_that_they_see(self, rules, full, person, join, now):
        rules()
        full()
        a, b, c = (join(person(name, "STAFF")) for name in "abc")
        with pytest.raises(Refused) as refusal:
            operations.move_entry(c.reference, position=1, reason=" ", by=CLERK, at=now)
        assert refusal.value.code == "reason"
        operations.move_entry(c.reference, position=1, reason="Late shift", by=CLERK, at=now)
        for _ in range(2):
            statuses(a, b, c)
            assert [line.position_of(entry) for entry in (c, a, b)] == [1, 2, 3]
        assert "from place 3 to 1: Late shift" in c.note
        event = AuditEvent.objects.get(event="waitlist.moved")
        assert (event.reason, event.actor_name) == ("Late shift", "Clara Clerk")

    def test_extends_an_offer_and_tells(self, rules, full, person, join, now):
        rules()
        sold = full()
        entry = join(person("a", "STAFF"))
        with pytest.raises(Conflict):
            operations.extend_offer(
                entry.reference, until=now + 5 * DAY, reason="Away", by=CLERK, at=now
            )
        cancel(sold[0], now)
        for _ in range(2):
            operations.extend_offer(
                entry.reference, until=now + 5 * DAY, reason="Away", by=CLERK, at=now
            )
        assert told("offered") == 2
        operations.expire_offers(at=now + 3 * DAY)
        assert statuses(entry) == ["offered"]

    def test_takes_somebody_out_and_tells_why(self, rules, full, person, join, now):
        rules()
        full()
        entry = join(person("a", "STAFF"))
        for _ in range(2):
            operations.leave_waitlist(entry.reference, reason="Moved away", by=CLERK, at=now)
        assert (statuses(entry), told("closed")) == (["withdrawn"], 1)
        assert "Moved away" in Message.objects.get(event="waitlist.closed").text


class TestAcceptance:
    def test_holds_the_place_with_the_plates_once(self, rules, full, person, join, now):
        rules()
        sold = full()
        entry = join(person("a", "STAFF"))
        cancel(sold[0], now)
        plates = read_plates(["ABC 123"])
        first = operations.accept_offer(entry.reference, plates=plates, by=SYSTEM, at=now)
        again = operations.accept_offer(entry.reference, plates=plates, by=SYSTEM, at=now)
        assert first == again
        assert [row.plate_key for row in first[0].plates.all()] == ["ABC123"]
        assert taken() == 2

    def test_is_refused_when_the_offer_is_over(self, rules, full, person, join, now):
        rules()
        sold = full()
        entry = join(person("a", "STAFF"))
        cancel(sold[0], now)
        with pytest.raises(Conflict) as refusal:
            operations.accept_offer(entry.reference, by=SYSTEM, at=now + 3 * DAY)
        assert refusal.value.code == "offer_over"
