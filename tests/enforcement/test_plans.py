"""Citations on payment plans: their status, their amount, and what they no longer lead to."""

from datetime import date, timedelta

import pytest
import time_machine

from enforcement.models import BootCase, Citation, HandOver
from enforcement.operations import advance, appeals, boot_cases, citations, hand_overs
from enforcement.operations.citations import Draft
from enforcement.queries import boots, escalation
from enforcement.queries import citations as citing
from enforcement.rules import owed
from enforcement.rules.owed import Appealed, Case, Planned
from parkops.customers.operations import add_vehicle, register_customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.programme.violation_schema import ScheduleStep
from payments import queries as money
from payments.models import PaymentPlan
from payments.operations import plans, take_payment
from payments.queries import plans as planning
from tests.enforcement.conftest import NOW
from tests.factories.payments import CLERK, assert_sound, usd

LATER = NOW + timedelta(days=40)
"""When a citation of NOW comes to (40.00 + 15.00) x 2 = 110.00."""


class TestAmount:
    """A fine of 40.00: half off for 7 days, 15.00 more after 14, doubled after 28."""

    STEPS = tuple(
        ScheduleStep.model_validate(step, context={"currency": "USD"})
        for step in (
            {"within": "7d", "discount": "50%"},
            {"after": "14d", "add": "15.00"},
            {"after": "28d", "times": 2},
        )
    )
    ISSUED = date(2026, 11, 10)

    def comes_to(self, day: int, *spans: Planned, appeals: tuple[Appealed, ...] = ()) -> int:
        case = Case(usd(4_000), self.ISSUED, self.STEPS, appeals, plans=spans)
        return owed.owing_on(case, self.day(day)).amount.minor

    def day(self, n: int) -> date:
        return self.ISSUED + timedelta(days=n)

    def test_nothing_is_added_while_a_plan_runs_and_the_clock_goes_on_after(self):
        ran = Planned(self.day(10), self.day(40))
        assert self.comes_to(39, Planned(self.day(10))) == 4_000
        assert self.comes_to(44, ran) == 4_000
        assert self.comes_to(45, ran) == 5_500
        assert self.comes_to(59, ran) == 11_000

    def test_late_fees_stay_or_are_left_out_until_it_ends(self):
        assert self.comes_to(40, Planned(self.day(30))) == 11_000
        assert self.comes_to(40, Planned(self.day(30), None, waives=True)) == 4_000
        assert self.comes_to(41, Planned(self.day(30), self.day(41), waives=True)) == 11_000
        assert self.comes_to(29, Planned(self.day(30), None, waives=True)) == 11_000

    def test_who_pays_by_a_plan_has_no_discount(self):
        assert self.comes_to(3) == 2_000
        assert self.comes_to(3, Planned(self.day(2))) == 4_000
        assert self.comes_to(3, Planned(self.day(1), self.day(2))) == 4_000

    def test_days_of_an_appeal_and_a_plan_stand_still_once(self):
        filed = Appealed(self.day(5), True, self.day(20), "upheld")
        spans = (Planned(self.day(10), self.day(30)),)
        case = Case(usd(4_000), self.ISSUED, self.STEPS, (filed,), plans=spans)
        assert owed.counted_date(case, self.day(40)) == self.day(15)

    def test_the_steps_say_when_a_plan_began_and_ended(self):
        spans = (Planned(self.day(30), self.day(41), waives=True),)
        case = Case(usd(4_000), self.ISSUED, self.STEPS, plans=spans)
        told = {
            step.from_on: (step.owed.minor, step.text) for step in owed.steps(case, self.day(50))
        }
        assert told[self.day(30)][0] == 4_000
        assert told[self.day(30)][1].startswith("A payment plan begins")
        assert told[self.day(41)] == (11_000, "The payment plan has ended.")


@pytest.fixture
def ana(harbor):
    customer = register_customer(email="ana@example.test", name="Ana Ruiz", by=CLERK, at=NOW)
    add_vehicle(customer_id=customer.pk, plate="ABC 123", by=CLERK, at=NOW)
    return customer


@pytest.fixture
def cited(ana) -> Citation:
    draft = Draft(None, "ABC 123", "", "LOT-A", "NO-PERMIT", NOW)
    return citations.issue_citation(draft, by=SYSTEM, at=NOW).citation


def charge(citation, at):
    return money.charge_of("citation", citation.number, at=at)


def agree(customer, *cited, at, count=2, scheme="INCOME", by=CLERK) -> PaymentPlan:
    return plans.ask_plan(
        customer=customer,
        scheme=scheme,
        charge_ids=[charge(one, at).id for one in cited],
        count=count,
        by=by,
        at=at,
    )


def pay(plan, minor, at):
    now = planning.standing(plan, at=at)
    return take_payment(
        charge_ids=[one.charge.public_id for one in now.owing],
        method="cash",
        amount=usd(minor),
        by=CLERK,
        at=at,
    )


def status(citation, at) -> str:
    citation.refresh_from_db()
    return citing.standing_of(citation, at=at).status.value


def test_it_is_on_a_plan_owes_no_late_fee_and_is_paid_in_parts(cited, ana):
    plan = agree(ana, cited, at=LATER)
    assert (plan.state, plan.total_minor, plan.waived_minor) == ("running", 4_500, 7_000)
    assert status(cited, LATER) == "on_plan"
    assert status(cited, LATER - timedelta(days=1)) == "issued"
    assert charge(cited, LATER + timedelta(days=20)).balance == usd(4_000)
    assert money.overdue(customer_id=ana.pk, at=LATER + timedelta(days=20)) == []
    assert list(Citation.objects.standing("on_plan")) == [cited]
    assert not Citation.objects.standing("issued").exists()
    advance.advance_citations(at=LATER + timedelta(days=25))
    pay(plan, 2_250, LATER + timedelta(days=25))
    pay(plan, 2_250, LATER + timedelta(days=55))
    plans.follow_plan(plan.pk, at=LATER + timedelta(days=55))
    plan.refresh_from_db()
    assert plan.state == "completed"
    assert status(cited, LATER + timedelta(days=55)) == "paid"
    assert_sound(LATER + timedelta(days=60))


def test_after_a_part_is_late_too_long_all_is_owed_with_its_late_fees(cited, ana):
    plan = agree(ana, cited, at=LATER)
    due = planning.standing(plan, at=LATER).parts[0].due_on
    last = LATER + (due - LATER.date()) + timedelta(days=10)
    plans.follow_plan(plan.pk, at=last)
    plan.refresh_from_db()
    assert plan.state == "running"
    over = last + timedelta(days=1)
    plans.follow_plan(plan.pk, at=over)
    plan.refresh_from_db()
    assert plan.state == "defaulted"
    assert status(cited, over) == "issued"
    assert status(cited, last) == "on_plan"
    assert charge(cited, over).balance == usd(11_000)
    assert_sound(over)


def test_it_goes_on_once_what_is_late_is_paid_but_once_only(cited, ana):
    plan = agree(ana, cited, at=LATER)
    over = LATER + timedelta(days=45)
    plans.follow_plan(plan.pk, at=over)
    with pytest.raises(Refused, match=r"Pay 22.50|Pay USD 22.50|late"):
        plans.go_on_with_plan(plan.number, by=CLERK, at=over)
    pay(plan, 2_250, over)
    plans.follow_plan(plan.pk, at=over)
    plan.refresh_from_db()
    assert (plan.state, plan.reinstated) == ("running", 1)
    assert status(cited, over) == "on_plan"
    now = planning.standing(plan, at=over)
    assert now.left == usd(2_250)
    assert_sound(over)
    plans.follow_plan(plan.pk, at=over + timedelta(days=60))
    plan.refresh_from_db()
    assert plan.state == "defaulted"
    again = planning.standing(plan, at=over + timedelta(days=60)).may_go_on
    assert again.code == "no_reinstatement"


def test_who_has_it_gives_it_back_and_it_is_not_handed_over_again(cited, ana):
    at = NOW + timedelta(days=61)
    advance.advance_citations(at=at)
    hand_overs.hand_over("collections", by=SYSTEM, at=at)
    agree(ana, cited, at=at, scheme="TERM", count=1)
    handed = HandOver.objects.get()
    assert handed.released_because.startswith("It is paid by plan")
    assert not escalation.may_be_handed_over("collections").exists()


def test_it_leads_to_no_boot_and_a_booted_vehicle_goes(cited, ana):
    more = [
        citations.issue_citation(
            Draft(None, "ABC 123", "", "LOT-A", "FIRE-LANE", NOW + timedelta(hours=n)),
            by=SYSTEM,
            at=NOW + timedelta(hours=n),
        ).citation
        for n in (1, 30)
    ]
    assert boots.arrears_of("ABC123", "", at=LATER).is_enough
    case = boot_cases.open_case(
        plate="ABC 123", region="", zone="LOT-A", because="Three unpaid.", by=SYSTEM, at=LATER
    )
    BootCase.objects.filter(pk=case.pk).update(applied_at=LATER)
    with pytest.raises(Refused, match="while the vehicle is booted"):
        agree(ana, cited, at=LATER)
    agree(ana, cited, *more, at=LATER, scheme="TERM", count=4)
    assert not boots.arrears_of("ABC123", "", at=LATER).is_enough
    case.refresh_from_db()
    assert case.released_at == LATER


def test_what_is_on_appeal_is_decided_first(cited, ana):
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        plea = appeals.Plea("other", "I had a permit.", "Ana", "ana@example.test")
        appeals.file_appeal(cited.number, plea, by=SYSTEM, at=NOW + timedelta(days=2))
    with pytest.raises(Refused, match="on appeal"):
        agree(ana, cited, at=NOW + timedelta(days=3))


def test_one_that_is_asked_for_leaves_all_as_it_is(cited, ana):
    customer = Actor("customer", "9", "Ana Ruiz")
    with pytest.raises(Refused, match="Proof of income"):
        agree(ana, cited, at=LATER, by=customer)
    assert not PaymentPlan.objects.exists()
    assert status(cited, LATER) == "issued"


def test_money_that_bounces_is_left_to_pay_again(cited, ana):
    plan = agree(ana, cited, at=LATER)
    now = planning.standing(plan, at=LATER)
    payment = take_payment(
        charge_ids=[one.charge.public_id for one in now.owing],
        method="cheque",
        amount=usd(2_250),
        by=CLERK,
        at=LATER,
    )
    assert planning.standing(plan, at=LATER).left == usd(2_250)
    from payments.operations import bounce_payment

    bounce_payment(payment.number, by=CLERK, at=LATER)
    assert planning.standing(plan, at=LATER).left == Money(4_500, "USD")
    assert_sound(LATER)
