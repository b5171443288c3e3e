"""Cards kept for later: saved on the provider's page, charged while their holder is away, forgotten.

As with card pages, nothing here calls the provider inside a transaction: the row with its key is
committed first, and repeating a call with its key repeats the answer.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.tenancy import hosts
from parkops.tenancy.later import later
from payments import gateways, place, rules
from payments.gateways.base import (
    GatewayRejected,
    GatewayUnavailable,
    SavingRequest,
)
from payments.models import Allocation, Payment, SavedCard
from payments.operations import asking, card_account, checkouts
from payments.operations.payments import (
    customer_of,
    lock_charges,
    payment_of_request,
    require_taking,
)

logger = logging.getLogger(__name__)


def start_saving(
    *, customer_id: int, email: str, return_path: str, by: Actor, at: datetime
) -> SavedCard:
    """Open a page at the provider where a customer saves a card: `redirect_url` leads there.

    :raises Refused: `cards_not_set_up`, `provider_unavailable`, `not_started`.
    """
    tenant = place.tenant()
    card_account.require_cards()
    saved = _begin(customer_id, email=email, return_path=return_path, by=by, at=at)
    site = hosts.current_site_url()
    request = SavingRequest(
        reference=str(saved.reference),
        success_url=f"{site}{return_path}",
        cancel_url=f"{site}{return_path}",
        expires_at=saved.expires_at,
        idempotency_key=saved.idempotency_key,
        customer_email=saved.email,
        locale=tenant.locale,
        metadata={"tenant": connection.schema_name},
    )
    try:
        started = gateways.for_tenant(tenant).start_saving(request)
    except GatewayRejected as refusal:
        raise Refused("not_started", f"{refusal.reason} No money has been taken.") from refusal
    except GatewayUnavailable as trouble:
        raise Refused(
            "provider_unavailable",
            "The card provider does not answer right now. No money has been taken. "
            "Try again in a minute.",
        ) from trouble
    saved.session_id, saved.redirect_url = started.session_id, started.url
    saved.save(update_fields=["session_id", "redirect_url"])
    return saved


def finish_saving(card_id: int, *, at: datetime) -> SavedCard:
    """Ask the provider whether a card was saved; safe to call any number of times.

    :raises GatewayUnavailable: if the provider does not answer; nothing has changed.
    """
    saved = SavedCard.objects.get(pk=card_id)
    if saved.state != SavedCard.State.CREATED or not saved.session_id:
        return saved
    truth = gateways.for_tenant(place.tenant()).look_up_saving(saved.session_id)
    with transaction.atomic():
        saved = SavedCard.objects.select_for_update().get(pk=card_id)
        if saved.state == SavedCard.State.CREATED and truth.method and truth.customer:
            saved.state, saved.saved_at, saved.card = SavedCard.State.SAVED, at, truth.card
            saved.provider_customer, saved.provider_method = truth.customer, truth.method
            saved.save()
    return saved


@transaction.atomic
def forget_card(card_id: int, *, by: Actor, at: datetime) -> None:
    """Let a saved card be charged no more, here at once and at the provider soon; twice is once."""
    saved = SavedCard.objects.select_for_update().get(pk=card_id)
    if saved.state == SavedCard.State.FORGOTTEN:
        return
    saved.state, saved.forgotten_at = SavedCard.State.FORGOTTEN, at
    saved.save(update_fields=["state", "forgotten_at"])
    audit.record("card.forgotten", subject=("card", str(saved.reference)), actor=by, at=at)
    if saved.provider_method:
        later("payments.forget_card", card=saved.pk)


def tell_forgotten(card_id: int) -> None:
    """Tell the provider to forget a card that is forgotten here.

    :raises GatewayUnavailable: try again later.
    """
    saved = SavedCard.objects.get(pk=card_id)
    tenant = place.tenant()
    if saved.state == SavedCard.State.FORGOTTEN and gateways.takes_cards(tenant):
        gateways.for_tenant(tenant).forget_card(saved.provider_method)


def charge_saved_card(
    card_id: int,
    *,
    charge_ids: Sequence[UUID],
    amount: Money | None = None,
    request_key: str,
    by: Actor,
    at: datetime,
) -> Payment:
    """Take what charges come to, or `amount` of it, from a saved card, once for each `request_key`.

    Several transactions. The payment returned is succeeded, failed with the bank's reason, or still
    being started if the provider's answer is unknown: `settle_checkout` finds out.

    :raises Conflict: `nothing_owed`, or `card_forgotten`.
    :raises Refused: `cards_not_set_up`, or the charges' raiser's reason.
    """
    card_account.require_cards()
    payment = _reserve(
        card_id, charge_ids=charge_ids, amount=amount, request_key=request_key, by=by, at=at
    )
    if payment.state != Payment.State.CREATED:
        return payment
    try:
        truth = asking.ask_provider(payment)
    except GatewayUnavailable as trouble:
        logger.warning("%s waits: %s", payment, trouble)
        return payment
    except GatewayRejected as refusal:
        return checkouts.close(payment.pk, Payment.State.FAILED, failure=refusal.reason, at=at)
    return checkouts.apply_truth(payment.pk, truth, at=at)


@transaction.atomic
def _begin(customer_id: int, *, email: str, return_path: str, by: Actor, at: datetime) -> SavedCard:
    gateway = gateways.for_tenant(place.tenant())
    saved = SavedCard(
        customer_id=customer_id,
        account=gateway.account,
        return_path=return_path,
        email=email,
        expires_at=gateway.closes_at(at),
        created_at=at,
    )
    saved.idempotency_key = f"{connection.schema_name}:card:{saved.reference}"
    saved.save()
    audit.record("card.saving", subject=("card", str(saved.reference)), actor=by, at=at)
    return saved


@transaction.atomic
def _reserve(
    card_id: int,
    *,
    charge_ids: Sequence[UUID],
    amount: Money | None,
    request_key: str,
    by: Actor,
    at: datetime,
) -> Payment:
    """Write down the attempt, with the key that the provider will know it by."""
    if known := payment_of_request(request_key):
        return known
    # What the charges are for first, as who stops the renewals of a permit locks it before the card.
    owing = lock_charges(charge_ids, by=by, at=at)
    cards = SavedCard.objects.select_for_update(of=("self",)).select_related("customer")
    saved = cards.get(pk=card_id)
    if saved.state != SavedCard.State.SAVED:
        raise Conflict("card_forgotten", "This card may not be charged any more.")
    if not owing:
        raise NotFound("There is no such charge.")
    balances = [charge.balance_minor for charge in owing]
    given = sum(balances) if amount is None else min(sum(balances), amount.minor)
    require_taking(owing, given=given, at=at)
    shares = rules.split(balances, given=given, gives_change=False).shares
    payment = Payment(
        number=place.next_receipt(at=at),
        method=Payment.Method.CARD,
        provider=gateways.for_tenant(place.tenant()).name,
        state=Payment.State.CREATED,
        amount_minor=given,
        handed_over_minor=given,
        currency=place.currency(),
        customer_id=customer_of(owing),
        email=saved.customer.email,
        taken_by=by.name,
        created_at=at,
        request_key=request_key,
        account=saved.account,
        saved_card=saved,
        platform_fee_minor=rules.platform_fee(given, place.tenant().platform_fee_points),
    )
    payment.idempotency_key = f"{connection.schema_name}:payment:{payment.public_id}"
    payment.save(force_insert=True)
    Allocation.objects.bulk_create(
        Allocation(payment=payment, charge=charge, place=index, asked_minor=share)
        for index, (charge, share) in enumerate(zip(owing, shares, strict=True))
        if share
    )
    audit.record(
        "payment.started",
        subject=("payment", payment.number),
        actor=by,
        at=at,
        amount=Money(given, payment.currency).amount,
    )
    return payment
