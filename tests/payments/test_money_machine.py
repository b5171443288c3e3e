"""Whatever order money comes, goes back, is told of twice, late or never, or is cut off: the books hold.

A machine of holds, card pages, notices, cash, checks, refunds, chargebacks, drawers, crashes and time, against
the stand-in. After every step: entries sum to zero and every row agrees with them (the proof of the
books), no payment gives back more than it took, a permit in force is paid or within an agreed plan that
has not ended unpaid, and no quota is oversold.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from parkops.customers import operations as customers
from parkops.kernel.actors import PUBLIC, SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tallies import operations as tallies
from parkops.tenancy.models import OutboxEntry
from payments import gateways, operations, place
from payments.models import Charge, Dispute, Payment, PaymentPlan, PlanCharge, Refund
from payments.operations import checkouts, disputes, fulfilment, plans
from payments.queries import proof
from permits import operations as permits
from permits.models import Permit, Quota
from permits.operations import holds
from permits.rules.plates import read_plates
from permits.rules.status import Status
from tests.factories.payments import CLERK, make_charge, usd
from tests.seed import PROGRAMMES

PLACES = 2
_numbers = count(1)
_amounts = st.integers(min_value=1, max_value=9_000)


class Crash(Exception):
    """The process ended here."""


class Money(RuleBasedStateMachine):
    """What customers, clerks, the provider and the bank do, in any order."""

    charges = Bundle("charges")
    payments = Bundle("payments")
    refunds = Bundle("refunds")
    disputes = Bundle("disputes")
    account = ""
    remote = None

    def __init__(self) -> None:
        super().__init__()
        self.passed = timedelta()
        self.undo = transaction.savepoint()

    def teardown(self) -> None:
        """Settle all that is open, and undo what this run wrote."""
        try:
            self.beat()
            self.sound()
        finally:
            transaction.savepoint_rollback(self.undo)

    @property
    def at(self) -> datetime:
        """The clock of ours and of the stand-in."""
        return datetime.now(UTC) + self.passed

    @rule(target=charges)
    def hold(self):
        """Somebody holds a permit of which there are two."""
        number = next(_numbers)
        customer = customers.register_customer(
            email=f"m{number}@example.test", name="M", by=SYSTEM, at=self.at
        )
        try:
            permit = permits.hold_permit(
                permits.Wish("MONTH", read_plates([f"MAC{number}"])),
                customer_id=customer.pk,
                channel=Permit.Channel.PORTAL,
                by=PUBLIC,
                at=self.at,
            )
        except Refused:
            return multiple()
        return Charge.objects.get(kind="permit", reference=permit.number).pk

    @rule(charge=charges, count=st.integers(2, 4))
    def in_parts(self, charge, count):
        """A customer agrees to pay a permit in parts; its first part begins the plan."""
        row = Charge.objects.select_related("customer").get(pk=charge)
        if row.kind == "permit":
            with suppress(Refused):
                plans.ask_plan(
                    customer=row.customer,
                    scheme="PARTS",
                    charge_ids=[row.public_id],
                    count=count,
                    by=PUBLIC,
                    at=self.at,
                )

    @rule(charge=charges, days=st.sampled_from([0, 1, 40, 200]), is_ended=st.booleans())
    def followed(self, charge, days, is_ended):
        """The plans of a charge are followed, after days too; or the office ends them."""
        if is_ended:
            for number in PaymentPlan.objects.filter(charges__charge=charge).values_list(
                "number", flat=True
            ):
                with suppress(Refused):
                    plans.end_plan(number, reason="Asked for", by=CLERK, at=self.at)
        plans.follow_plans_of(charge, at=self.at + timedelta(days=days))

    @rule(target=charges)
    def fee(self):
        """A fee falls due."""
        return make_charge(at=self.at, kind="fee", revenue="4200").pk

    @rule(charge=charges)
    def cancel(self, charge):
        """The office lets a fee come to nothing."""
        row = Charge.objects.get(pk=charge)
        if row.kind == "fee":
            operations.cancel_charge(
                kind="fee", reference=row.reference, text="Waived", by=CLERK, at=self.at
            )

    @rule(target=payments, charge=charges, second=charges)
    def open_page(self, charge, second):
        """A customer goes to the card page, for one charge or two."""
        rows = Charge.objects.filter(pk__in={charge, second})
        try:
            payment = operations.start_card_payment(
                charge_ids=[row.public_id for row in rows],
                return_path="",
                email="m@example.test",
                by=PUBLIC,
                at=self.at,
            )
        except Refused:
            return multiple()
        return payment.pk

    @rule(payment=payments, act=st.sampled_from(["pay", "decline", "expire"]))
    def at_the_page(self, payment, act):
        """The card is taken or declined, or the page runs out; nobody tells us."""
        row = Payment.objects.get(pk=payment)
        if row.session_id:
            with suppress(Exception):
                self.remote.act(self.account, act, row.session_id)

    @rule(payment=payments, times=st.integers(1, 3))
    def told(self, payment, times):
        """A notice comes, or the customer comes back: once, twice, late."""
        for _ in range(times):
            operations.settle_checkout(payment, at=self.at)

    @rule(payment=payments)
    def killed_while_settling(self, payment):
        """The worker ends after the money was counted and before it was committed."""
        real = fulfilment.money_came

        def cut(*args, **named):
            real(*args, **named)
            raise Crash

        checkouts.fulfilment.money_came = cut
        try:
            with suppress(Crash), transaction.atomic():
                operations.settle_checkout(payment, at=self.at)
        finally:
            checkouts.fulfilment.money_came = real

    @rule(payment=payments, fault=st.sampled_from(["drop", "drop-before", "500"]))
    def unheard(self, payment, fault):
        """The provider's answer is lost on its way."""
        if Payment.objects.get(pk=payment).session_id:
            self.remote.fault(fault, path="/v1/checkout/sessions")
            with suppress(gateways.base.GatewayUnavailable):
                operations.settle_checkout(payment, at=self.at)

    @rule(payment=payments)
    def given_up(self, payment):
        """The customer leaves the card page."""
        operations.cancel_checkout(payment, at=self.at)

    @rule(
        target=payments,
        charge=charges,
        method=st.sampled_from(["cash", "cheque", "other"]),
        amount=st.none() | _amounts,
    )
    def at_the_counter(self, charge, method, amount):
        """A clerk takes money: all of it, a part, or too much."""
        try:
            payment = operations.take_payment(
                charge_ids=[Charge.objects.get(pk=charge).public_id],
                method=method,
                amount=None if amount is None else usd(amount),
                by=CLERK,
                at=self.at,
            )
        except Refused:
            return multiple()
        return payment.pk

    @rule(payment=payments)
    def bounces(self, payment):
        """The bank returns a check."""
        with suppress(Refused):
            operations.bounce_payment(Payment.objects.get(pk=payment).number, by=CLERK, at=self.at)

    @rule(target=refunds, payment=payments, amount=_amounts, again=st.booleans())
    def give_back(self, payment, amount, again):
        """The office gives a part back, or wants to give back too much."""
        try:
            refund = operations.refund_payment(
                Payment.objects.get(pk=payment).number,
                amount=usd(amount),
                reason="Asked for",
                owed_again=again,
                by=CLERK,
                at=self.at,
            )
        except Refused:
            return multiple()
        return refund.pk

    @rule(refund=refunds, times=st.integers(1, 2), is_lost=st.booleans())
    def send(self, refund, times, is_lost):
        """A worker sends a refund to the provider, whose answer may be lost."""
        if is_lost:
            self.remote.fault("drop", method="POST", path="/v1/refunds")
        for _ in range(times):
            with suppress(gateways.base.GatewayUnavailable):
                operations.send_refund(refund, at=self.at)

    @rule(refund=refunds)
    def retry(self, refund):
        """A refund that failed is tried once more."""
        with suppress(Refused):
            operations.retry_refund(Refund.objects.get(pk=refund).number, by=CLERK, at=self.at)

    @rule(target=disputes, payment=payments)
    def charged_back(self, payment):
        """A customer's bank takes the money back."""
        row = Payment.objects.get(pk=payment)
        if row.method != "card" or row.state != Payment.State.SUCCEEDED:
            return multiple()
        gateway = gateways.for_tenant(place.tenant())
        try:
            made = self.remote.act(
                self.account, "dispute", gateway.look_up(row.session_id).charge_id
            )
        except Exception:
            return multiple()
        disputes.note_dispute(payment, gateway.look_up_dispute(made["id"]), at=self.at)
        return made["id"]

    @rule(dispute=consumes(disputes), word=st.sampled_from(["win-dispute", "lose-dispute"]))
    def decided(self, dispute, word):
        """The bank decides."""
        self.remote.act(self.account, word, dispute)
        said = gateways.for_tenant(place.tenant()).look_up_dispute(dispute)
        row = Dispute.objects.get(provider_id=dispute)
        for _ in range(2):
            disputes.note_dispute(row.payment_id, said, at=self.at)

    @rule(minutes=st.sampled_from([1, 20, 40, 300]))
    def time_passes(self, minutes):
        """Holds and pages run out."""
        self.passed += timedelta(minutes=minutes)
        self.remote.advance(minutes * 60)

    @rule()
    def beat(self):
        """What runs each minute runs."""
        operations.settle_open_checkouts(at=self.at)
        operations.settle_open_refunds(at=self.at)
        holds.expire_holds(at=self.at)
        for entry in OutboxEntry.objects.filter(task="payments.send_refund"):
            operations.send_refund(entry.arguments["refund"], at=self.at)

    @invariant()
    def sound(self):
        """What must hold after every step."""
        assert proof.prove(self.at).found == []
        assert tallies.check(at=self.at).drifts == []
        for row in Payment.objects.all():
            assert row.refunded_minor + row.disputed_minor <= row.amount_minor
        rights = Permit.objects.filter(type_code="MONTH")
        for permit in rights:
            if permit.status_at(self.at) == Status.ACTIVE:
                charge = Charge.objects.get(kind="permit", reference=permit.number)
                on_plan = PlanCharge.objects.filter(
                    charge=charge, is_open=True, plan__state=PaymentPlan.State.RUNNING
                )
                assert charge.settled_at is not None or on_plan.exists(), permit.number
        standing = sum(bool(permit.places) for permit in rights)
        assert standing <= PLACES
        for quota in Quota.objects.filter(type_key="month"):
            assert quota.taken == standing


@pytest.fixture
def machine(harbor, takes_cards, account, remote, apply_programme):
    """The machine at a stand-in, in a tenant that sells two places."""
    rules = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    (month,) = [kind for kind in rules["permit_types"] if kind["code"] == "MONTH"]
    month["quota"] = {"total": PLACES}
    rules["plans"].append(
        {
            "code": "PARTS",
            "name": "In parts",
            "charges": ["permit"],
            "buys": ["MONTH"],
            "instalments": 4,
            "reinstatements": 3,
        }
    )
    apply_programme(yaml.safe_dump(rules, sort_keys=False))
    Money.account, Money.remote = account, remote
    return Money


def play(machine, *, runs: int, steps: int) -> None:
    """Let the machine run so often, each time at most so many steps."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_books_hold(machine):
    play(machine, runs=6, steps=16)


@pytest.mark.slow
def test_the_books_hold_for_long(machine):
    play(machine, runs=80, steps=40)
