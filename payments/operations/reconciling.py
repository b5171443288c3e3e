"""How our books are compared with the provider and the bank, and what is done about a difference.

Asking the provider is outside of transactions; what it says is compared by a pure rule.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments import gateways, place, queries
from payments.accounts import CARD_CLEARING, CARD_FEES, IN_TRANSIT, SUSPENSE
from payments.gateways import base
from payments.gateways.base import CardGateway, Gateway, GatewayRejected, GatewayUnavailable
from payments.models import Comparison, Discrepancy, Payment
from payments.operations import bank, checkouts, events, ledger, payouts, tallying
from payments.operations import discrepancies as keeping
from payments.operations.ledger import Leg
from payments.rules import may_keep_text
from payments.rules.reconciling import (
    Found,
    Movement,
    TheirDispute,
    TheirPayout,
    compare,
    payouts_apart,
)


def reconcile(*, since: datetime, at: datetime) -> Comparison:
    """Compare everything since an instant with the provider and the bank, and keep what differs.

    Several transactions. What differs no more is resolved; a provider that does not answer changes
    nothing but the note of it.
    """
    told = Comparison(since_at=since, ran_at=at)
    found: list[Found] = []
    for gateway in gateways.set_up_for(place.tenant()):
        try:
            found += _with_the_provider(gateway, told, since=since, at=at)
        except GatewayUnavailable as trouble:
            told.failure = str(trouble)[:300]
        except GatewayRejected as refusal:
            told.failure = refusal.reason[:300]
            found.append(keeping.disconnected(gateway.account, at=at))
    found += queries.with_the_bank(at)
    keeping.keep(told, found, since=since, at=at)
    return told


def compare_with_bank(*, at: datetime) -> int:
    """Compare deposits and payouts with the bank's lines alone, as after a statement was read; return
    how much differs."""
    found = queries.with_the_bank(at)
    keeping.keep_of_bank(found, at=at)
    return len(found)


def settle_discrepancy(public_id: UUID, *, by: Actor, at: datetime) -> Discrepancy:
    """Do what would settle a difference; the next comparing opens it again if it is still there.

    :raises NotFound: if there is none.
    :raises Conflict: `not_open`, `no_act`.
    :raises Refused: `provider_unavailable`, or why it cannot be done.
    """
    one = queries.discrepancy(public_id)
    if one.state == Discrepancy.State.RESOLVED:
        raise Conflict("not_open", "This difference is resolved.")
    if one.act not in _ACTS:
        raise Conflict("no_act", "Nothing can be done about it from here. Look, then accept it.")
    try:
        _ACTS[one.act](one, by=by, at=at)
    except GatewayUnavailable as trouble:
        raise Refused("provider_unavailable", str(trouble)) from trouble
    except GatewayRejected as refusal:
        raise Refused(refusal.code, refusal.reason) from refusal
    return _decide(one.pk, Discrepancy.State.RESOLVED, reason="Settled.", by=by, at=at)


def accept_discrepancy(public_id: UUID, *, reason: str, by: Actor, at: datetime) -> Discrepancy:
    """Let a difference stand, with why; it opens again if its amounts change.

    :raises NotFound: if there is none.
    :raises Conflict: `not_open`.
    :raises Refused: `reason` without one.
    """
    may_keep_text(reason, field="reason").require()
    if not reason.strip():
        raise Refused("reason", "Say why it may stand.", field="reason")
    one = queries.discrepancy(public_id)
    return _decide(one.pk, Discrepancy.State.ACCEPTED, reason=reason.strip()[:300], by=by, at=at)


@transaction.atomic
def _decide(
    pk: int, state: Discrepancy.State, *, reason: str, by: Actor, at: datetime
) -> Discrepancy:
    one = Discrepancy.objects.select_for_update().get(pk=pk)
    if one.state == Discrepancy.State.RESOLVED:
        raise Conflict("not_open", "This difference is resolved.")
    with tallying.tallied_difference(one):
        one.state, one.reason, one.decided_by = state, reason, by.name
    one.resolved_at = at if state == Discrepancy.State.RESOLVED else None
    one.save(update_fields=["state", "reason", "decided_by", "resolved_at"])
    audit.record(
        f"difference.{state}",
        subject=("difference", str(one.public_id)),
        actor=by,
        at=at,
        reason=reason,
        kind=one.kind,
    )
    return one


def _with_the_provider(
    gateway: Gateway, told: Comparison, *, since: datetime, at: datetime
) -> list[Found]:
    currency = place.currency()
    keeper = cast(CardGateway, gateway) if gateway.capabilities.keeps_money else None
    part_of: dict[str, str] = {}
    paid_out = []
    for payout in keeper.list_payouts(since=since) if keeper else ():
        is_ours = payouts.note_payout(payout, at=at) is not None
        parts = gateway.list_movements(payout=payout.payout_id)
        part_of |= {one.movement_id: payout.payout_id for one in parts}
        if is_ours and payout.status in payouts.GONE:
            paid_out += _paid_out(payout, parts)
    movements = [
        _plain(one, part_of.get(one.movement_id, ""))
        for one in gateway.list_movements(since=since)
        if one.amount.currency == currency
    ]
    named = sorted({one.source for one in movements if one.kind == base.MovementKind.DISPUTE})
    disputes = [_dispute(keeper.look_up_dispute(one)) for one in named] if keeper else []
    had = queries.ours(gateway.name, movements, named, since=since)
    found = compare(had, movements, disputes, since=since) + payouts_apart(paid_out)
    told.movements += len(movements)
    if keeper is None:
        # A bank tells within days what it was told to do.
        young = at - queries.WAY_TO_THE_BANK
        return [one for one in found if one.theirs is not None or one.at <= young]
    told.theirs_minor, told.ours_minor = keeper.balance(currency).minor, queries.at_the_provider()
    told.unexplained_minor = _unexplained(told, found, since=since)
    before = queries.last_comparison()
    if told.unexplained_minor and before and before.unexplained_minor == told.unexplained_minor:
        found.append(_balance(told, at=at))
    return found


def _paid_out(payout: base.PayoutState, parts: Sequence[base.Movement]) -> list[TheirPayout]:
    """Return a payout with what its parts come to; nothing if the provider tells none, as of those that
    somebody asked for."""
    nets = [one.net.minor for one in parts if one.source_id != payout.payout_id]
    if not nets:
        return []
    return [TheirPayout(payout.payout_id, payout.amount.minor, sum(nets), payout.at)]


def _plain(one: base.Movement, payout: str) -> Movement:
    return Movement(
        one.movement_id,
        one.kind.value,
        one.amount.minor,
        one.fee.minor,
        one.source_id,
        one.intent_id,
        one.client_reference,
        one.text,
        one.at,
        payout,
    )


def _dispute(said: base.DisputeState) -> TheirDispute:
    fee = said.fee.minor if said.fee else 0
    return TheirDispute(said.dispute_id, said.intent_id, said.withdrawn.minor, fee, said.at)


def _unexplained(told: Comparison, found: Sequence[Found], *, since: datetime) -> int:
    """Return what both balances differ by beyond the differences that are known."""
    standing = Discrepancy.objects.exclude(state=Discrepancy.State.RESOLVED).exclude(kind="balance")
    before = standing.filter(happened_at__lt=since).exclude(subject__in=[f.subject for f in found])
    known = before.aggregate(total=Sum("effect_minor"))["total"] or 0
    apart = (told.theirs_minor or 0) - (told.ours_minor or 0)
    return apart - sum(one.effect for one in found) - known


def _balance(told: Comparison, *, at: datetime) -> Found:
    return Found(
        "balance",
        "balance",
        "What lies at the card provider is not what our books have there, even with every difference "
        "listed here.",
        told.ours_minor,
        told.theirs_minor,
        0,
        at,
    )


def _settle(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    checkouts.settle_checkout(Payment.objects.get(number=one.about["payment"]).pk, at=at)


@transaction.atomic
def _fee(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    """Post by how much the provider kept more than we noted."""
    payment = Payment.objects.select_for_update().get(number=one.about["payment"])
    fee = int(one.about["fee"])
    more = fee - (payment.fee_minor or 0)
    payment.fee_minor = fee
    payment.save(update_fields=["fee_minor"])
    ledger.post(
        f"payment:{payment.number}:fee:{one.about['movement']}",
        [Leg(CARD_FEES, more), Leg(CARD_CLEARING, -more)],
        text=f"Card provider's fee of payment {payment.number}, as the provider booked it",
        by=by,
        at=at,
    )


def _refund(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    events.refund_told(one.about["refund"], at=at)


def _dispute_again(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    events.dispute_told(one.about["dispute"], at=at)


@transaction.atomic
def _book(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    """Put a booking that only the provider knew into the books: a fee as such, the rest to be looked
    into."""
    amount, fee = int(one.about["amount"]), int(one.about["fee"])
    other = CARD_FEES if one.about["kind"] == "fee" else SUSPENSE
    ledger.post(
        f"{queries.BOOKED}{one.about['movement']}",
        [Leg(CARD_CLEARING, amount - fee), Leg(CARD_FEES, fee), Leg(other, -amount)],
        text=f"Booked by the card provider: {one.about['text'] or one.kind}",
        by=by,
        at=at,
    )


def _arrive(one: Discrepancy, *, by: Actor, at: datetime) -> None:
    note = one.about["what"].replace(":", " ").capitalize()
    bank.book_line(UUID(one.about["line"]), account=IN_TRANSIT, note=note, by=by, at=at)


_ACTS = {
    "settle": _settle,
    "fee": _fee,
    "refund": _refund,
    "dispute": _dispute_again,
    "book": _book,
    "arrive": _arrive,
}
