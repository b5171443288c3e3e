"""What follows when money has come by a provider: charges paid, or the money sent back."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import joined, say
from parkops.messaging import operations as messaging
from payments import gateways, links, rules, settlement
from payments.accounts import (
    CARD_FEES,
    CUSTOMER_CREDIT,
    METHOD_ACCOUNTS,
    PLATFORM_FEES,
    SUSPENSE,
)
from payments.gateways.base import CheckoutState
from payments.models import Allocation, LedgerTransaction, Payment
from payments.operations import charges as charging
from payments.operations import ledger, plan_sales, refunds, tallying
from payments.operations.ledger import Leg
from payments.operations.payments import Share, allocate

logger = logging.getLogger(__name__)


def money_came(
    payment: Payment, parts: Sequence[Allocation], truth: CheckoutState, *, at: datetime
) -> None:
    """Count a locked payment's money toward its locked charges, and tell their raisers.

    What was due when the page was opened is due now, if the money came before its end. What finds nothing
    owed, or a raiser that no longer wants it, goes back by itself; what was sent beyond what was asked is
    credit. Where the provider takes the amount that was asked and no other, another amount, currency or
    payment is kept aside for a person to look at.
    """
    asked = rules.Asked(payment.amount_minor, payment.currency, str(payment.public_id))
    wrong = rules.mismatch(
        asked,
        amount=truth.amount.minor,
        currency=truth.currency,
        reference=truth.client_reference,
    )
    if wrong:
        _keep_aside(payment, truth, wrong, at=at)
        return
    expected = payment.amount_minor - sum(part.asked_minor for part in parts)
    if gateways.kind_of(payment.provider).capabilities.takes_any_amount:
        expected += max(truth.captured.minor - payment.amount_minor, 0)
        payment.amount_minor = payment.handed_over_minor = truth.captured.minor
    is_late = payment.expires_at is not None and truth.at >= payment.expires_at
    due_at = truth.at if is_late else payment.created_at
    left, shares = payment.amount_minor, []
    for part in parts:
        charging.sync(part.charge, by=SYSTEM, at=due_at, posted_at=at)
        share = min(part.asked_minor, part.charge.balance_minor, left)
        shares.append(Share(part.charge, share))
        left -= share
    unplaced = max(left - expected, 0)
    with tallying.tallied(payment):
        payment.state, payment.succeeded_at = Payment.State.SUCCEEDED, at
    payment.failure = ""
    payment.credit_minor = left
    payment.intent_id, payment.card = truth.intent_id, truth.card
    payment.save()
    allocate(payment, shares, by=SYSTEM, at=at)
    unplaced += _deliver(payment, shares, at=at)
    payment.refresh_from_db(fields=["credit_minor"])
    tell_closed(payment, parts, at=at)
    if unplaced:
        _send_back(payment, unplaced, at=at)
    if unplaced < payment.amount_minor:
        send_receipt(payment, at=at)


def note_fee(payment: Payment, truth: CheckoutState, *, at: datetime) -> None:
    """Post what the provider keeps for itself of a locked payment, once it has told."""
    if payment.state != Payment.State.SUCCEEDED or payment.fee_minor is not None:
        return
    if truth.fee_minor is None:
        return
    payment.fee_minor = truth.fee_minor
    platform = min(payment.platform_fee_minor, truth.fee_minor)
    payment.save(update_fields=["fee_minor"])
    ledger.post(
        f"payment:{payment.number}:fee",
        [
            Leg(CARD_FEES, truth.fee_minor - platform),
            Leg(PLATFORM_FEES, platform),
            Leg(METHOD_ACCOUNTS[payment.method], -truth.fee_minor),
        ],
        text=f"Card provider's fee of payment {payment.number}",
        by=SYSTEM,
        at=at,
    )


def tell_closed(payment: Payment, parts: Sequence[Allocation], *, at: datetime) -> None:
    """Tell the raisers of charges still owed that no money comes any more from this page."""
    for part in parts:
        waits = Allocation.objects.filter(
            charge=part.charge, payment__state__in=[Payment.State.CREATED, Payment.State.OPEN]
        ).exclude(payment=payment)
        if part.charge.settled_at is None and not waits.exists():
            settlement.raiser_of(part.charge.kind).checkout_closed(part.charge.reference, at=at)


@transaction.atomic
def mail_receipt(number: str, *, email: str, by: Actor, at: datetime) -> Payment:
    """Send the receipt of money that was taken to an address, once each.

    :raises NotFound: if there is no such payment.
    :raises Conflict: `not_taken` if no money came.
    """
    payment = Payment.objects.select_related("customer").filter(number=number).first()
    if payment is None:
        raise NotFound(f"There is no payment {number}.")
    if payment.state != Payment.State.SUCCEEDED:
        raise Conflict("not_taken", "There is no receipt: no money was taken.")
    there = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
    _write_receipt(payment, to=email, key=f"payment:{number}:receipt:{there}", at=at)
    audit.record("payment.receipt_sent", subject=("payment", number), actor=by, at=at)
    return payment


def send_receipt(payment: Payment, *, at: datetime) -> None:
    """Write to the payer that the money came, once; without an address nothing is written."""
    if payment.email:
        key = f"payment:{payment.number}:receipt"
        _write_receipt(payment, to=payment.email, key=key, at=at)


def _write_receipt(payment: Payment, *, to: str, key: str, at: datetime) -> None:
    lines = payment.allocations.filter(amount_minor__gt=0).select_related("charge")
    messaging.send_once(
        event="payment.receipt",
        key=key,
        to=to,
        customer_id=payment.customer_id,
        language=_language(payment),
        context={
            "number": payment.number,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "amount": Money(payment.amount_minor, payment.currency),
            "lines": [
                joined([line.charge.text, say("{amount}", amount=_part(line, payment))], ": ")
                for line in lines.order_by("place", "pk")
            ],
            "url": links.receipt_url(payment),
        },
        at=at,
    )


def _part(line: Allocation, payment: Payment) -> Money:
    return Money(line.amount_minor, payment.currency)


def _language(payment: Payment) -> str:
    return payment.customer.language if payment.customer else ""


@transaction.atomic
def accept_reviewed(number: str, *, by: Actor, at: datetime) -> Payment:
    """Count money that was kept aside as credit of its payer, to be used or given back.

    :raises NotFound: if there is no such payment.
    :raises Conflict: if it was not kept aside, or came in another currency.
    """
    payment = Payment.objects.select_for_update().filter(number=number).first()
    if payment is None:
        raise NotFound(f"There is no payment {number}.")
    if payment.state != Payment.State.NEEDS_REVIEW:
        raise Conflict("not_in_review", "This payment does not wait for a look.")
    if not LedgerTransaction.objects.filter(source=f"payment:{number}:aside").exists():
        raise Conflict("not_in_books", "This money is not in the books. Look at the provider's.")
    with tallying.tallied(payment):
        payment.state, payment.succeeded_at = Payment.State.SUCCEEDED, at
    payment.credit_minor = payment.amount_minor
    payment.save(update_fields=["state", "succeeded_at", "credit_minor"])
    ledger.post(
        f"payment:{number}:accepted",
        [
            Leg(SUSPENSE, payment.amount_minor),
            Leg(CUSTOMER_CREDIT, -payment.amount_minor, None, payment.customer_id),
        ],
        text=f"Payment {number} counted as credit",
        by=by,
        at=at,
    )
    audit.record("payment.accepted", subject=("payment", number), actor=by, at=at)
    return payment


def _deliver(payment: Payment, shares: Sequence[Share], *, at: datetime) -> int:
    """Tell the raisers what is settled; return what must go back because one of them refuses.

    What a refused charge was for cannot be had any more: it is cancelled, and with it what else was
    charged for the same, such as a deposit.
    """
    paid = [share.charge for share in shares if share.minor]
    refused: dict[str, str] = {}
    for charge in paid:
        try:
            with transaction.atomic():
                plan_sales.money_came(charge, by=SYSTEM, at=at).require()
        except Refused as refusal:
            logger.info("%s cannot be delivered: %s", charge, refusal)
            refused[charge.reference] = str(refusal)
    back = 0
    for charge in paid:
        if charge.reference in refused:
            freed = charging.set_parts(
                charge, net=0, tax=0, text=refused[charge.reference], by=SYSTEM, at=at
            )
            back += sum(minor for one, minor in freed if one.pk == payment.pk)
    return back


def _send_back(payment: Payment, minor: int, *, at: datetime) -> None:
    """Refund by itself what could not be used, and say so."""
    refund = refunds.give_back(
        payment,
        minor,
        reason="What it was for had been paid, or could not be had any more.",
        by=SYSTEM,
        at=at,
    )
    if payment.email:
        messaging.send_once(
            event="payment.returned",
            key=f"payment:{payment.number}:returned",
            to=payment.email,
            customer_id=payment.customer_id,
            language=_language(payment),
            context={
                "number": payment.number,
                "refund": refund.number,
                "amount": Money(minor, payment.currency),
            },
            at=at,
        )


def _keep_aside(payment: Payment, truth: CheckoutState, wrong: str, *, at: datetime) -> None:
    """Let a person look at money that is not what was asked; in our currency it is in the books."""
    if not rules.may_become(payment.state, Payment.State.NEEDS_REVIEW):
        return
    logger.error("%s needs a look: %s", payment, wrong)
    with tallying.tallied(payment):
        payment.state, payment.failure = Payment.State.NEEDS_REVIEW, wrong
    payment.intent_id, payment.card = truth.intent_id, truth.card
    in_books = truth.captured.currency == payment.currency and truth.captured.minor > 0
    if in_books:
        payment.amount_minor = payment.handed_over_minor = truth.captured.minor
    payment.save()
    if in_books:
        ledger.post(
            f"payment:{payment.number}:aside",
            [
                Leg(METHOD_ACCOUNTS[payment.method], truth.captured.minor),
                Leg(SUSPENSE, -truth.captured.minor),
            ],
            text=f"Payment {payment.number}: {wrong}",
            by=SYSTEM,
            at=at,
        )
    audit.record(
        "payment.needs_review",
        subject=("payment", payment.number),
        actor=SYSTEM,
        at=at,
        reason=wrong,
    )
