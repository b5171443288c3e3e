"""How several ways of paying are taken at once, the credit of a customer among them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from payments import place, rules
from payments.models import Charge, Payment
from payments.operations import credit
from payments.operations.payments import (
    Tender,
    asked_of,
    customer_of,
    lock_charges,
    payment_of_request,
    require_taking,
    take_one,
    tell_settled,
)
from payments.rules import tenders


@transaction.atomic
def take_tenders(
    *,
    charge_ids: Sequence[UUID],
    ways: Sequence[Tender],
    payer: str = "",
    drawer: UUID | None = None,
    request_key: str = "",
    by: Actor,
    at: datetime,
) -> list[Payment]:
    """Take several ways of paying at once, all or nothing: a payment each, with one receipt.

    Goods, gift certificates and the customer's credit pay first, cash last: only cash gives change, and
    nothing but cash may come to more than is owed. What credit pays is no payment of its own: that it is
    of was taken before. A second call with the same `request_key` gives the first one's payments.

    :raises NotFound: if a charge or the drawer does not exist.
    :raises Conflict: `nothing_owed` if all are paid, `drawer_closed`.
    :raises Refused: with the rule's reason, or a raiser's; nothing has been taken then.
    """
    if known := payment_of_request(request_key):
        return taken_with(known)
    rules.may_keep_text(payer, field="payer").require()
    for way in ways:
        rules.may_keep_text(way.reference, field="reference").require()
    tenders.may_take_together([asked_of(way) for way in ways]).require()
    owing = lock_charges(charge_ids, by=by, at=at)
    if known := payment_of_request(request_key):
        return taken_with(known)
    require_taking(owing, given=None, at=at)
    taking = uuid4()
    found: list[Payment] = []
    for way in sorted(ways, key=_turn):
        left = sum(charge.balance_minor for charge in owing)
        given = way.amount.minor if way.amount is not None else left
        if not left:
            raise Refused("over", "The other ways pay all of it already.", field="tenders")
        if way.method == "credit":
            _use_credit(owing, way.amount, by=by, at=at)
            continue
        if way.method != "goods":
            tenders.may_be_over(way.method, over=place.money(given - left)).require()
        found.append(
            take_one(
                owing,
                way,
                payer=payer,
                drawer=drawer if way.method == "cash" else None,
                key="" if found else request_key,
                taking=taking,
                by=by,
                at=at,
            )
        )
    tell_settled(owing, by=by, at=at)
    return found


def taken_with(payment: Payment) -> list[Payment]:
    """Return the payments of the same taking, in the order in which they were made."""
    if payment.taking is None:
        return [payment]
    return list(Payment.objects.filter(taking=payment.taking).order_by("pk"))


def _use_credit(owing: Sequence[Charge], amount: Money | None, *, by: Actor, at: datetime) -> None:
    """Pay locked charges from their customer's credit: the amount, or what it can.

    :raises Refused: `credit` if there is none, or less.
    """
    customer_id = customer_of(owing)
    found: list[Payment] = []
    if customer_id is not None:
        rows = Payment.objects.select_for_update().filter(
            customer_id=customer_id, state=Payment.State.SUCCEEDED, credit_minor__gt=0
        )
        found = list(rows.order_by("pk"))
    there = place.money(sum(payment.credit_minor for payment in found))
    tenders.may_use_credit(there, wanted=amount).require()
    left = there.minor if amount is None else amount.minor
    if amount is not None:
        owed = sum(charge.balance_minor for charge in owing)
        tenders.may_be_over("credit", over=place.money(left - owed)).require()
    for payment in found:
        left -= credit.spend(payment, min(payment.credit_minor, left), owing, by=by, at=at)


def _turn(way: Tender) -> tuple[bool, bool, int]:
    """When a way pays among several: goods and certificates, amounts, the rest; cash after others."""
    return way.method not in tenders.LIMITED, way.amount is None, tenders.ORDER.index(way.method)
