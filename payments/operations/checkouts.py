"""How a payment by a provider goes: the page where it is made, and what becomes of it.

Nothing here calls the provider inside a transaction. The row with its key is committed first; what
the provider says is asked anew each time (`settle_checkout`), whoever brings the news.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.tenancy import hosts, signing
from parkops.tenancy.later import later
from payments import gateways, place, queries, rules, settlement
from payments.gateways.base import (
    CheckoutLine,
    CheckoutRequest,
    CheckoutStarted,
    CheckoutState,
    CheckoutStatus,
    Gateway,
    GatewayRejected,
    GatewayUnavailable,
)
from payments.models import Allocation, Payment
from payments.operations import asking, card_account, fulfilment, tallying
from payments.operations.payments import (
    customer_of,
    lock_charges,
    lock_with_charges,
    payment_of_request,
    require_taking,
)

logger = logging.getLogger(__name__)

HOLD_AFTER_PAGE = timedelta(minutes=5)
REUSE_WHILE_LEFT = timedelta(minutes=5)
LOOK_AFTER = timedelta(minutes=1)
START_MAY_TAKE = timedelta(seconds=90)
START_IS_LOST_AFTER = timedelta(minutes=3)
BATCH = 200


def start_payment(
    provider: str,
    *,
    charge_ids: Sequence[UUID],
    return_path: str,
    email: str,
    amount: Money | None = None,
    payer: str = "",
    request_key: str = "",
    by: Actor,
    at: datetime,
) -> Payment:
    """Open a page where the charges can be paid by a provider: `redirect_url` leads there.

    Several transactions. Asking again for the same charges gives the page that is still open.
    `return_path` is where the customer goes once all is settled; empty: to the receipt.

    :raises NotFound: if a charge does not exist.
    :raises Conflict: `nothing_owed`.
    :raises Refused: `provider_unavailable`, `not_started`, a raiser's reason.
    """
    gateway = _gateway(provider)
    payment = _reserve(
        gateway,
        charge_ids=charge_ids,
        return_path=return_path,
        email=email,
        amount=amount,
        payer=payer,
        request_key=request_key,
        by=by,
        at=at,
    )
    if payment.state != Payment.State.CREATED:
        return payment
    try:
        started = gateway.start_checkout(_request_of(payment))
    except GatewayRejected as refusal:
        close(payment.pk, Payment.State.FAILED, failure=refusal.reason, at=at)
        raise Refused("not_started", f"{refusal.reason} No money has been taken.") from refusal
    except GatewayUnavailable as trouble:
        raise Refused(
            "provider_unavailable",
            "The card provider does not answer right now. No money has been taken. "
            "Try again in a minute.",
        ) from trouble
    payment, is_ours = _note_page(payment.pk, started)
    if not is_ours:
        gateway.expire(started.session_id)
        raise Refused("not_started", "This payment was given up. No money has been taken.")
    return payment


def start_card_payment(
    *, charge_ids: Sequence[UUID], by: Actor, at: datetime, **more: Any
) -> Payment:
    """Open a page at the card provider; see `start_payment`.

    :raises Refused: `cards_not_set_up`, `cards_stopped`.
    """
    card_account.require_cards()
    provider = gateways.for_tenant(place.tenant()).name
    return start_payment(provider, charge_ids=charge_ids, by=by, at=at, **more)


def start_transfer(*, charge_ids: Sequence[UUID], by: Actor, at: datetime, **more: Any) -> Payment:
    """Let a customer who may do so promise to pay by bank transfer; see `start_payment`.

    :raises Refused: with the reason of `rules.transfers`.
    """
    queries.may_transfer(charge_ids, at=at).require()
    gateway = gateways.for_method(place.tenant(), Payment.Method.BANK)
    if gateway is None:
        raise Refused("no_transfers", "Bank transfers are not taken here.")
    return start_payment(gateway.name, charge_ids=charge_ids, by=by, at=at, **more)


def settle_checkout(payment_id: int, *, at: datetime) -> Payment:
    """Ask the provider what became of a payment and let the same be so here.

    Safe to call by anybody, any number of times, at once: a payment counts once.

    :raises GatewayUnavailable: if the provider does not answer; nothing has changed.
    """
    payment = Payment.objects.get(pk=payment_id)
    if not payment.provider or not _may_change(payment):
        return payment
    try:
        gateway = gateways.by_name(place.tenant(), payment.provider)
        if payment.saved_card_id is not None:
            truth = _ask_again(payment, at=at)
        elif payment.session_id is None:
            truth = _find_lost_page(payment, at=at)
        else:
            truth = gateway.look_up(payment.session_id)
    except GatewayRejected as refusal:
        logger.error("%s: the provider refuses to tell: %s", payment, refusal.reason)
        return close(payment_id, Payment.State.NEEDS_REVIEW, failure=refusal.reason, at=at)
    return payment if truth is None else apply_truth(payment_id, truth, at=at)


@transaction.atomic
def apply_truth(payment_id: int, truth: CheckoutState, *, at: datetime) -> Payment:
    """Let a payment be what the provider says of it; only upward, so late news is harmless."""
    payment, parts = lock_with_charges(payment_id)
    is_lost = payment.session_id is None and payment.saved_card_id is None
    if is_lost and truth.client_reference == str(payment.public_id):
        payment.session_id = truth.session_id
        payment.redirect_url = truth.url
        payment.save(update_fields=["session_id", "redirect_url"])
    if truth.paid:
        if rules.may_become(payment.state, Payment.State.SUCCEEDED):
            fulfilment.money_came(payment, parts, truth, at=at)
    elif truth.status is CheckoutStatus.EXPIRED:
        ended = Payment.State.FAILED if payment.saved_card_id else Payment.State.EXPIRED
        _close(payment, parts, ended, failure=truth.failure, at=at)
    elif truth.failure != payment.failure and payment.state == Payment.State.OPEN:
        payment.failure = truth.failure[:300]
        payment.save(update_fields=["failure"])
    fulfilment.note_fee(payment, truth, at=at)
    return payment


def cancel_checkout(
    payment_id: int, *, ended: Payment.State = Payment.State.CANCELLED, at: datetime
) -> Payment:
    """Close the page of a payment that the customer gave up; one already paid is settled.

    :raises GatewayUnavailable: if the page may still be open.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state not in (Payment.State.CREATED, Payment.State.OPEN):
        return payment
    if payment.session_id is None:
        return settle_checkout(payment_id, at=at)
    if _gateway(payment.provider).expire(payment.session_id):
        return close(payment_id, ended, at=at)
    return settle_checkout(payment_id, at=at)


def settle_open_checkouts(*, at: datetime) -> int:
    """Settle what the customer or a webhook should have told us of; return how many were looked at.

    Pages past their time are closed at the provider first. Trouble with one stops no other.
    """
    may_have_news = Q(provider__in=gateways.instant()) | Q(expires_at__lt=at)
    open_ones = Payment.objects.filter(
        may_have_news | Q(state=Payment.State.CREATED),
        state__in=[Payment.State.CREATED, Payment.State.OPEN],
        created_at__lte=at - LOOK_AFTER,
    )
    without_fee = Payment.objects.filter(
        provider__in=gateways.instant(),
        state=Payment.State.SUCCEEDED,
        fee_minor__isnull=True,
        succeeded_at__gt=at - timedelta(days=2),
        succeeded_at__lte=at - LOOK_AFTER,
    )
    rows = [*open_ones.order_by("created_at")[:BATCH], *without_fee.order_by("created_at")[:50]]
    for payment in rows:
        try:
            settled = settle_checkout(payment.pk, at=at)
            is_late = settled.expires_at and settled.expires_at < at
            if is_late and settled.state in (Payment.State.CREATED, Payment.State.OPEN):
                cancel_checkout(payment.pk, ended=Payment.State.EXPIRED, at=at)
        except GatewayUnavailable as trouble:
            logger.warning("%s waits: %s", payment, trouble)
    return len(rows)


@transaction.atomic
def close(payment_id: int, state: str, *, failure: str = "", at: datetime) -> Payment:
    """End a payment by a provider on which no money came; one that has ended so already stays as it is."""
    payment, parts = lock_with_charges(payment_id)
    _close(payment, parts, state, failure=failure, at=at)
    return payment


def _close(
    payment: Payment, parts: Sequence[Allocation], state: str, *, failure: str, at: datetime
) -> None:
    if not rules.may_become(payment.state, state):
        return
    with tallying.tallied(payment):
        payment.state, payment.failure = state, failure[:300]
    payment.save(update_fields=["state", "failure"])
    audit.record(
        f"payment.{state}",
        subject=("payment", payment.number),
        actor=SYSTEM,
        at=at,
        reason=failure,
    )
    fulfilment.tell_closed(payment, parts, at=at)
    if payment.saved_card_id is not None and state == Payment.State.FAILED:
        for part in parts:
            raiser = settlement.raiser_of(part.charge.kind)
            raiser.card_failed(part.charge.reference, why=payment.failure, at=at)


@transaction.atomic
def _reserve(
    gateway: Gateway,
    *,
    charge_ids: Sequence[UUID],
    return_path: str,
    email: str,
    amount: Money | None,
    payer: str,
    request_key: str,
    by: Actor,
    at: datetime,
) -> Payment:
    """Write down the attempt, with the key that the provider will know it by."""
    if known := payment_of_request(request_key):
        return known
    rules.may_keep_text(payer, field="payer").require()
    owing = lock_charges(charge_ids, by=by, at=at)
    balances = [charge.balance_minor for charge in owing]
    given = amount.minor if amount is not None else sum(balances)
    require_taking(owing, given=given, at=at)
    shares = rules.split(balances, given=given, gives_change=False).shares
    wanted = {charge.pk: share for charge, share in zip(owing, shares, strict=True) if share}
    if again := _still_open(wanted, given, gateway.name, return_path, at=at):
        return again
    expires_at = gateway.closes_at(at)
    payment = Payment(
        number=place.next_receipt(at=at),
        method=gateway.method,
        provider=gateway.name,
        state=Payment.State.CREATED,
        amount_minor=given,
        handed_over_minor=given,
        currency=place.currency(),
        customer_id=customer_of(owing),
        payer=payer,
        email=email,
        taken_by=by.name,
        created_at=at,
        request_key=request_key or None,
        account=gateway.account,
        return_path=return_path,
        expires_at=expires_at,
    )
    payment.idempotency_key = f"{connection.schema_name}:payment:{payment.public_id}"
    if gateway.capabilities.keeps_money:
        points = place.tenant().platform_fee_points
        payment.platform_fee_minor = rules.platform_fee(given, points)
    payment.return_token = signing.sign(str(payment.public_id), purpose="checkout")
    payment.save(force_insert=True)
    Allocation.objects.bulk_create(
        Allocation(payment=payment, charge=charge, place=index, asked_minor=wanted[charge.pk])
        for index, charge in enumerate(owing)
        if charge.pk in wanted
    )
    for charge in owing:
        settlement.raiser_of(charge.kind).checkout_opened(
            charge.reference, until=expires_at + HOLD_AFTER_PAGE
        )
    audit.record(
        "payment.started",
        subject=("payment", payment.number),
        actor=by,
        at=at,
        amount=Money(given, payment.currency).amount,
    )
    return payment


def _still_open(
    wanted: dict[int, int], given: int, provider: str, return_path: str, *, at: datetime
) -> Payment | None:
    """Return the attempt at just this that can still be used; others at it are closed."""
    attempts = (
        Payment.objects.filter(
            allocations__charge_id__in=wanted,
            state__in=[Payment.State.CREATED, Payment.State.OPEN],
        )
        .distinct()
        .order_by("-pk")
    )
    for payment in attempts:
        parts = dict(payment.allocations.values_list("charge_id", "asked_minor"))
        is_alive = payment.session_id is not None or payment.created_at > at - START_MAY_TAKE
        is_same = (
            is_alive
            and payment.provider == provider
            and parts == wanted
            and payment.amount_minor == given
            and payment.return_path == return_path
            and payment.expires_at is not None
            and payment.expires_at > at + REUSE_WHILE_LEFT
        )
        if is_same:
            return payment
        later("payments.close_checkout", payment=payment.pk)
    return None


@transaction.atomic
def _note_page(payment_id: int, started: CheckoutStarted) -> tuple[Payment, bool]:
    """Keep where the page is; False if the attempt has been given up meanwhile."""
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if payment.session_id == started.session_id:
        return payment, True
    if not rules.may_become(payment.state, Payment.State.OPEN):
        return payment, False
    with tallying.tallied(payment):
        payment.state = Payment.State.OPEN
    payment.session_id = started.session_id
    payment.redirect_url = started.url
    payment.expires_at = started.expires_at
    payment.save(update_fields=["state", "session_id", "redirect_url", "expires_at"])
    return payment, True


def _find_lost_page(payment: Payment, *, at: datetime) -> CheckoutState | None:
    """Look for the page of an attempt that stopped before it noted where; give it up if none."""
    if at < payment.created_at + START_IS_LOST_AFTER:
        return None
    gateway = _gateway(payment.provider)
    truth = gateway.find_checkout(
        str(payment.public_id), since=payment.created_at - timedelta(minutes=1)
    )
    if truth is None:
        close(payment.pk, Payment.State.FAILED, failure="The page was never opened.", at=at)
        return None
    if truth.status is CheckoutStatus.OPEN and gateway.expire(truth.session_id):
        truth = gateway.look_up(truth.session_id)
    return truth


def _ask_again(payment: Payment, *, at: datetime) -> CheckoutState | None:
    """Return what became of a payment by saved card; a person looks at it if asking is not safe."""
    if asking.may_ask(payment, at=at):
        return asking.ask_provider(payment)
    silence = "The provider did not say in time whether the card was charged."
    close(payment.pk, Payment.State.NEEDS_REVIEW, failure=silence, at=at)
    return None


def _may_change(payment: Payment) -> bool:
    """Whether the provider may have news: no final state yet, or the fee not booked."""
    if rules.may_become(payment.state, Payment.State.SUCCEEDED):
        return payment.state != Payment.State.NEEDS_REVIEW
    return payment.state == Payment.State.SUCCEEDED and payment.fee_minor is None


def _gateway(provider: str) -> Gateway:
    return gateways.by_name(place.tenant(), provider)


def _request_of(payment: Payment) -> CheckoutRequest:
    """Write the request from the stored row alone, so that it is the same each time."""
    if payment.expires_at is None or payment.idempotency_key is None:
        raise ValueError(f"{payment} is not by a provider")
    parts = payment.allocations.select_related("charge").order_by("place", "pk")
    lines = [
        CheckoutLine(part.charge.text, Money(part.asked_minor, payment.currency)) for part in parts
    ]
    site = hosts.current_site_url()
    back = reverse("portal_payments:return", args=[payment.return_token])
    away = reverse("portal_payments:cancelled", args=[payment.return_token])
    return CheckoutRequest(
        reference=str(payment.public_id),
        amount=Money(payment.amount_minor, payment.currency),
        description=f"Payment {payment.number}",
        success_url=f"{site}{back}",
        cancel_url=f"{site}{away}",
        expires_at=payment.expires_at,
        idempotency_key=payment.idempotency_key,
        lines=lines,
        platform_fee=Money(payment.platform_fee_minor, payment.currency),
        customer_email=payment.email,
        locale=place.tenant().locale,
        metadata={"tenant": connection.schema_name, "payment": payment.number},
    )
