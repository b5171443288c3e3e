"""How money goes back: refunds, and checks that bounce."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.tenancy.later import later
from payments import gateways, place, rules, settlement
from payments.accounts import (
    CUSTOMER_CREDIT,
    FEE_REVENUE,
    RECEIVABLE,
    REFUNDS_PAYABLE,
)
from payments.models import Allocation, Charge, Drawer, Payment, Refund
from payments.operations import charges as charging
from payments.operations import credit, deposits, gifts, ledger, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import lock_charges, lock_with_charges
from payments.rules import refunding
from payments.rules.gl import Facts
from payments.rules.tenders import NO_MONEY_BACK

SENT_LATER = (Payment.Method.CARD, Payment.Method.BANK)
"""Ways by which money goes back after it has been promised: by its provider, or once the bank shows it or
somebody says so."""


@transaction.atomic
def refund_payment(
    number: str,
    *,
    amount: Money,
    reason: str,
    owed_again: bool = True,
    seen_left: Money | None = None,
    drawer: UUID | None = None,
    send: bool = True,
    by: Actor,
    at: datetime,
) -> Refund:
    """Give back `amount` of a payment: first its credit, then what went to charges, last one first.

    The charges are owed again by as much, or come to less if not `owed_again`. `seen_left` is what who
    asks saw was left of it: asked twice, or by two at once, it is given back once. Not to `send` it is
    for money that the card provider has given back already.

    :raises NotFound: if there is no such payment.
    :raises Conflict: `over_refund` if more is asked than is left of it, `refunded_meanwhile`.
    :raises Refused: a raiser's reason, as of a gift certificate that was used.
    """
    rules.may_keep_text(reason, field="reason").require()
    payment, parts = lock_with_charges(_payment_id(number))
    _require_money(payment)
    if seen_left is not None and seen_left.minor != payment.refundable_minor:
        left = place.money(payment.refundable_minor)
        raise Conflict(
            "refunded_meanwhile",
            f"Part of this payment has gone back meanwhile: {left} is left to refund.",
        )
    decision = rules.may_refund(
        amount=amount.minor,
        refundable=payment.refundable_minor,
        shown=place.money(payment.refundable_minor).amount,
    )
    if decision.code == "over_refund":
        raise Conflict(decision.code, decision.reason, field="amount")
    decision.require()
    wanted = amount.minor - min(payment.credit_minor, amount.minor)
    for part in reversed(parts):
        share = min(part.held_minor, wanted)
        if not share:
            continue
        wanted -= share
        if owed_again:
            raiser = settlement.raiser_of(part.charge.kind)
            raiser.may_unpay(
                part.charge.reference, minor=share, owed=part.charge.balance_minor
            ).require()
            unpay(part, share, by=by, at=at)
        else:
            reduce(part, share, text=reason, by=by, at=at)
    payment.refresh_from_db(fields=["credit_minor"])
    return give_back(
        payment,
        amount.minor,
        charge=parts[0].charge if len(parts) == 1 else None,
        reason=reason,
        drawer=drawer,
        send=send,
        by=by,
        at=at,
    )


@transaction.atomic
def refund_charge(
    *,
    kind: str,
    reference: str,
    net: Money,
    tax: Money,
    reason: str,
    pay_first: Sequence[UUID] = (),
    by: Actor,
    at: datetime,
) -> Refund | None:
    """Let a charge come to less by `net` and `tax`, and give back what is paid beyond it.

    It goes back the way it came, of the newest payment first: one refund a payment, of which the
    first is returned; None if nothing had been paid, or with goods, whose worth stays credit. What comes
    free first pays the charges `pay_first`, as far as it goes.

    :raises NotFound: if there is no such charge.
    :raises Conflict: `over_refund` if the charge does not come to as much.
    """
    owing = lock_charges(pay_first, by=by, at=at) if pay_first else []
    charge = charging.locked(kind, reference)
    if net.minor > charge.net_minor or tax.minor > charge.tax_minor:
        raise Conflict("over_refund", f"{charge.text} does not come to as much.")
    freed = charging.set_parts(
        charge,
        net=charge.net_minor - net.minor,
        tax=charge.tax_minor - tax.minor,
        late_fee=charge.late_fee_minor,
        discount=min(charge.discount_minor, _gross(charge) - net.minor - tax.minor),
        text=reason,
        by=by,
        at=at,
    )
    refunds = []
    for payment, share in freed:
        used = credit.spend(payment, share, owing, by=by, at=at)
        if share > used and payment.method not in NO_MONEY_BACK:
            refunds.append(
                give_back(payment, share - used, charge=charge, reason=reason, by=by, at=at)
            )
    return refunds[0] if refunds else None


@transaction.atomic
def refund_credit(number: str, *, reason: str, by: Actor, at: datetime) -> Refund | None:
    """Give back all credit of a payment; None if it has none.

    :raises NotFound: if there is no such payment.
    """
    payment = _locked_payment(number)
    if not payment.credit_minor or payment.method in NO_MONEY_BACK:
        return None
    return give_back(payment, payment.credit_minor, reason=reason, by=by, at=at)


@transaction.atomic
def pay_out_refund(number: str, *, drawer: UUID | None = None, by: Actor, at: datetime) -> Refund:
    """Note that a waiting refund has been handed over; a second time changes nothing.

    :raises NotFound: if there is no such refund.
    """
    refund = _locked_refund(number)
    if refund.state != Refund.State.WAITING:
        return refund
    refund.drawer = _drawer(drawer, refund.payment.method)
    refund.save(update_fields=["drawer"])
    complete(refund, by=by, at=at)
    return refund


@transaction.atomic
def accept_refund(number: str, *, by: Actor, at: datetime) -> Refund:
    """Let a proposed refund go back: a card's is sent, any other is handed over; cash of a drawer that
    has been closed meanwhile waits until somebody pays it out of theirs.

    :raises NotFound: if there is no such refund.
    :raises Conflict: "refund_decided", or "own_refund" for who asked for it.
    """
    refund, *others = (_decide(one, by=by, at=at) for one in _asked_together(number))
    for one in (refund, *others):
        _let_go(one, by=by, at=at)
    return refund


def _let_go(refund: Refund, *, by: Actor, at: datetime) -> None:
    by_provider = gateways.refunds_itself(refund.payment.provider)
    with tallying.tallied_refund(refund):
        refund.state = _first_state(by_provider=by_provider, is_proposed=False)
    if by_provider:
        later("payments.send_refund", refund=refund.pk)
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record("refund.accepted", subject=("refund", refund.number), actor=by, at=at)
    if refund.drawer_id is not None:
        till = Drawer.objects.select_for_update().get(pk=refund.drawer_id)
        if till.closed_at is not None:
            refund.drawer = None
            refund.save(update_fields=["drawer"])
            return
    if refund.state == Refund.State.WAITING and refund.payment.method not in SENT_LATER:
        complete(refund, by=by, at=at)


@transaction.atomic
def reject_refund(number: str, *, reason: str, by: Actor, at: datetime) -> Refund:
    """Let a proposed refund come to nothing, and those that were asked for with it: the money is credit of
    the payments again.

    :raises NotFound: if there is no such refund.
    :raises Refused: "reason" without one.
    :raises Conflict: "refund_decided", or "own_refund" for who asked for it.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is not accepted.", field="reason")
    rules.may_keep_text(reason, field="reason").require()
    refund, *others = (_decide(one, by=by, at=at) for one in _asked_together(number))
    for one in (refund, *others):
        _keep(one, reason=reason.strip()[:300], by=by, at=at)
    return refund


def _keep(refund: Refund, *, reason: str, by: Actor, at: datetime) -> None:
    payment = refund.payment
    payment.credit_minor += refund.amount_minor
    payment.refunded_minor -= refund.amount_minor
    payment.save(update_fields=["credit_minor", "refunded_minor"])
    with tallying.tallied_refund(refund):
        refund.state, refund.failure = Refund.State.REJECTED, reason
    refund.save(update_fields=["state", "failure", "decided_by", "decided_at"])
    ledger.post(
        f"refund:{refund.number}:rejected",
        [
            Leg(REFUNDS_PAYABLE, refund.amount_minor, None, payment.customer_id),
            Leg(CUSTOMER_CREDIT, -refund.amount_minor, None, payment.customer_id),
        ],
        text=f"Refund {refund.number} not accepted: {refund.failure}",
        by=by,
        at=at,
    )
    audit.record(
        "refund.rejected",
        subject=("refund", refund.number),
        actor=by,
        at=at,
        reason=refund.failure,
    )


def _asked_together(number: str) -> list[str]:
    """Return the numbers of the refunds that were asked for with this one and still wait, itself first;
    their payments are locked in their order."""
    found = Refund.objects.filter(number=number).values_list("together", flat=True).first()
    if found is None:
        return [number]
    rows = Refund.objects.filter(together=found, state=Refund.State.PROPOSED)
    payments = Payment.objects.select_for_update().filter(refunds__in=rows).order_by("pk")
    list(payments.values_list("pk"))
    others = rows.exclude(number=number).order_by("pk")
    return [number, *others.values_list("number", flat=True)]


def _decide(number: str, *, by: Actor, at: datetime) -> Refund:
    """Return a proposed refund, locked, with who decides about it."""
    refund = _locked_refund(number)
    decision = rules.may_decide(
        is_proposed=refund.state == Refund.State.PROPOSED,
        is_own=refund.asked_by_ref == _ref(by),
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    refund.decided_by, refund.decided_at = by.name, at
    return refund


def _require_money(payment: Payment) -> None:
    if payment.method in NO_MONEY_BACK:
        raise Refused("goods", "What was paid with goods is not given back in money.")


def _ref(by: Actor) -> str:
    return f"{by.kind}:{by.ref}"


@transaction.atomic
def retry_refund(number: str, *, by: Actor, at: datetime) -> Refund:
    """Send a failed refund to the card provider once more.

    :raises NotFound: if there is no such refund.
    :raises Conflict: if it has not failed.
    """
    refund = _locked_refund(number)
    if refund.state != Refund.State.FAILED:
        raise Conflict("refund_not_failed", "This refund has not failed.")
    with tallying.tallied_refund(refund):
        refund.state, refund.failure, refund.provider_id = Refund.State.SUBMITTED, "", None
    refund.attempt += 1
    refund.save(update_fields=["state", "failure", "provider_id", "attempt"])
    audit.record("refund.retried", subject=("refund", refund.number), actor=by, at=at)
    later("payments.send_refund", refund=refund.pk)
    return refund


@transaction.atomic
def bounce_payment(number: str, *, by: Actor, at: datetime) -> Payment:
    """Note that a check bounced, or a transfer was returned: its charges are owed again, for a check plus
    the programme's fee.

    The fee is a charge to the customer and plate of the first charge. Bouncing twice is once.

    :raises NotFound: if there is no such payment.
    :raises Conflict: if it is neither, was not taken, or part of it went back.
    """
    payment, parts = lock_with_charges(_payment_id(number))
    if payment.state == Payment.State.BOUNCED:
        return payment
    decision = rules.may_bounce(
        method=payment.method, state=payment.state, refunded=payment.refunded_minor
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    held = [(part, part.held_minor) for part in parts if part.held_minor]
    ledger.post(
        f"bounce:{payment.number}",
        [
            *(Leg(RECEIVABLE, minor, part.charge) for part, minor in held),
            Leg(CUSTOMER_CREDIT, payment.credit_minor, None, payment.customer_id),
            Leg(
                deposits.account_of(payment, payment.amount_minor),
                -payment.amount_minor,
                None,
                payment.customer_id,
            ),
        ],
        text=f"Payment {payment.number} bounced",
        by=by,
        at=at,
    )
    with tallying.tallied(payment):
        payment.state = Payment.State.BOUNCED
    payment.credit_minor = 0
    payment.save(update_fields=["state", "credit_minor"])
    for part, minor in held:
        take_off(part, minor, by=by, at=at)
    audit.record("payment.bounced", subject=("payment", payment.number), actor=by, at=at)
    if payment.method == Payment.Method.CHEQUE:
        _raise_nsf_fee(payment, parts, by=by, at=at)
    return payment


def nsf_reference(payment: Payment) -> str:
    """Return the reference of the fee charge for a bounced check."""
    return f"{payment.number}-NSF"


def give_back(
    payment: Payment,
    minor: int,
    *,
    charge: Charge | None = None,
    reason: str,
    drawer: UUID | None = None,
    send: bool = True,
    together: tuple[UUID, int] | None = None,
    by: Actor,
    at: datetime,
) -> Refund:
    """Give back `minor` of the credit of a locked payment, the way it came. What goes back by several
    payments `together` has one id, and the sum that the limit is held against.

    A provider that refunds itself is told once the transaction commits; a transfer goes by the bank. What
    staff or a program gives back otherwise is handed over at once; for anybody else it waits to be paid
    out. What staff give back beyond the program's limit waits until somebody else accepts it.
    """
    by_provider = gateways.refunds_itself(payment.provider)
    is_proposed = send and rules.needs_second(
        by_staff=by.kind == "staff",
        amount=Money(together[1] if together else minor, payment.currency),
        above=programme.in_force(at).programme.refunds.second_person,
    )
    payment.credit_minor -= minor
    payment.refunded_minor += minor
    payment.save(update_fields=["credit_minor", "refunded_minor"])
    with tallying.tallied(payment):
        refund = Refund.objects.create(
            number=place.next_number("F", at=at),
            payment=payment,
            charge=charge,
            amount_minor=minor,
            state=_first_state(by_provider=by_provider, is_proposed=is_proposed),
            reason=reason[:300],
            drawer=_drawer(drawer, payment.method),
            asked_by=by.name,
            asked_by_ref=_ref(by),
            together=together[0] if together else None,
            created_at=at,
        )
    tallying.count_refund(refund)
    ledger.post(
        f"refund:{refund.number}",
        [
            Leg(CUSTOMER_CREDIT, minor, None, payment.customer_id),
            Leg(REFUNDS_PAYABLE, -minor, None, payment.customer_id),
        ],
        text=f"Refund {refund.number} of payment {payment.number}: {reason}",
        by=by,
        at=at,
    )
    audit.record(
        "refund.made",
        subject=("refund", refund.number),
        actor=by,
        at=at,
        reason=reason,
        payment=payment.number,
        amount=Money(minor, payment.currency).amount,
    )
    if is_proposed:
        return refund
    if by_provider and send:
        later("payments.send_refund", refund=refund.pk)
    elif payment.method not in SENT_LATER and by.kind in ("staff", "token"):
        complete(refund, by=by, at=at)
    return refund


def _first_state(*, by_provider: bool, is_proposed: bool) -> Refund.State:
    if is_proposed:
        return Refund.State.PROPOSED
    return Refund.State.SUBMITTED if by_provider else Refund.State.WAITING


def complete(refund: Refund, *, by: Actor, at: datetime) -> None:
    """Post that the money of a locked refund has left, and settle it."""
    payment = refund.payment
    with tallying.tallied_refund(refund):
        refund.state, refund.settled_at, refund.failure = Refund.State.SUCCEEDED, at, ""
    refund.save(update_fields=["state", "settled_at", "failure"])
    if payment.gift_id is not None:
        gifts.put_back(payment.gift_id, refund.amount_minor)
    ledger.post(
        f"refund:{refund.number}:paid:{refund.attempt}",
        [
            Leg(REFUNDS_PAYABLE, refund.amount_minor, None, payment.customer_id),
            Leg(
                deposits.account_of(payment, refund.amount_minor),
                -refund.amount_minor,
                None,
                payment.customer_id,
            ),
        ],
        text=f"Refund {refund.number} given back",
        by=by,
        at=at,
    )


def unpay(part: Allocation, minor: int, *, by: Actor, at: datetime) -> None:
    """Let `minor` that a locked payment paid on a locked charge be its credit, and owed again."""
    _to_credit(part, minor, by=by, at=at)
    take_off(part, minor, by=by, at=at)


def take_off(part: Allocation, minor: int, *, by: Actor, at: datetime) -> None:
    """Take `minor` off what a locked charge has paid, and tell its raiser if it was settled."""
    charge = part.charge
    part.released_minor += minor
    part.save(update_fields=["released_minor"])
    was_settled = charge.settled_at is not None
    charge.paid_minor -= minor
    charging.mark_settled(charge, at=at)
    with tallying.tallied_charges([charge]):
        charge.save(update_fields=["paid_minor", "settled_at", "postings"])
    if was_settled and charge.settled_at is None:
        settlement.raiser_of(charge.kind).unsettled(charge.reference, by=by, at=at)
        if charge.plans.exists():
            later("payments.follow_plans", charge=charge.pk)


def reduce(part: Allocation, minor: int, *, text: str, by: Actor, at: datetime) -> None:
    """Let a locked charge come to less by `minor` and have as much less paid: what it owes stays."""
    charge = part.charge
    then = refunding.less(
        refunding.Parts(
            charge.net_minor, charge.tax_minor, charge.late_fee_minor, charge.discount_minor
        ),
        minor + charge.written_off_minor,
        raised_net=charge.raised_net_minor,
        raised_tax=charge.raised_tax_minor,
    )
    _to_credit(part, minor, by=by, at=at)
    part.released_minor += minor
    part.save(update_fields=["released_minor"])
    charge.paid_minor -= minor
    charging.set_parts(
        charge,
        net=then.net,
        tax=then.tax,
        late_fee=then.late_fee,
        discount=then.discount,
        text=text,
        by=by,
        at=at,
    )


def _to_credit(part: Allocation, minor: int, *, by: Actor, at: datetime) -> None:
    """Post that `minor` paid on a charge is credit of its payment; the charge is the caller's."""
    charge, payment = part.charge, part.payment
    payment.credit_minor += minor
    payment.save(update_fields=["credit_minor"])
    charge.postings += 1
    ledger.post(
        f"charge:{charge.public_id}:{charge.postings}",
        [
            Leg(RECEIVABLE, minor, charge),
            Leg(CUSTOMER_CREDIT, -minor, None, payment.customer_id),
        ],
        text=f"{charge.text}: taken off again",
        by=by,
        at=at,
    )


def _raise_nsf_fee(
    payment: Payment, parts: Sequence[Allocation], *, by: Actor, at: datetime
) -> None:
    in_force = programme.in_force(at).programme
    fee = in_force.fee("nsf")
    if not fee or not parts:
        return
    first = parts[0].charge
    charging.raise_charge(
        kind=Charge.Kind.FEE,
        reference=nsf_reference(payment),
        text=f"Fee for the bounced check of payment {payment.number}",
        net=fee,
        tax=in_force.money(0),
        customer_id=first.customer_id,
        plate_key=first.plate_key,
        due_on=place.local_date(at),
        revenue=FEE_REVENUE,
        facts=Facts(first.zone_code, first.item_code, first.audience),
        by=by,
        at=at,
    )


def _gross(charge: Charge) -> int:
    return charge.net_minor + charge.tax_minor + charge.late_fee_minor


def _payment_id(number: str) -> int:
    found = Payment.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(f"There is no payment {number}.")
    return found


def _locked_payment(number: str) -> Payment:
    return Payment.objects.select_for_update().get(pk=_payment_id(number))


def _locked_refund(number: str) -> Refund:
    found = Refund.objects.filter(number=number).values_list("pk", "payment_id").first()
    if found is None:
        raise NotFound(f"There is no refund {number}.")
    payment = Payment.objects.select_for_update().get(pk=found[1])
    refund = Refund.objects.select_for_update().get(pk=found[0])
    refund.payment = payment
    return refund


def _drawer(public_id: UUID | None, method: str) -> Drawer | None:
    """Return the open drawer that cash leaves.

    :raises Refused: if it is closed or not there.
    """
    if public_id is None or method != Payment.Method.CASH:
        return None
    drawer = Drawer.objects.select_for_update().filter(public_id=public_id).first()
    if drawer is None or drawer.closed_at is not None:
        raise Refused("drawer_closed", "This drawer is closed. Open one first.")
    return drawer
