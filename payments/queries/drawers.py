"""Cash drawers, what went in and out of them, and what of it goes to the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place
from payments.models import (
    Deposit,
    DepositItem,
    Drawer,
    DrawerMovement,
    Payment,
    Refund,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Cash that went into a drawer or, below zero, out of it."""

    at: datetime
    what: str
    number: str
    reason: str
    by: str
    amount: Money


def drawer(public_id: UUID) -> Drawer:
    """Return the drawer of this id.

    :raises NotFound: if this tenant has none.
    """
    found = Drawer.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such drawer.")
    return found


def open_drawer_of(holder_ref: str) -> Drawer | None:
    """Return the drawer that somebody ("staff:12") has open."""
    return Drawer.objects.filter(holder_ref=holder_ref, closed_at__isnull=True).first()


def drawers(state: str = "") -> QuerySet[Drawer]:
    """Return the drawers that are "open" or wait for their second person ("to_sign"), else all; in no
    order."""
    rows = Drawer.objects.all()
    if state == "open":
        return rows.filter(closed_at__isnull=True)
    if state == "to_sign":
        return rows.filter(
            closed_at__isnull=False, signed_at__isnull=True, recount_asked_at__isnull=True
        )
    return rows


def expected_in(drawer: Drawer) -> Money:
    """Return what should lie in a drawer: its float, cash taken, less cash given back, and what was
    moved in and out beside.

    Of a closed one it is what was expected when it was closed.
    """
    if drawer.expected_minor is not None:
        return place.money(drawer.expected_minor)
    taken = _cash_taken(drawer).aggregate(total=Sum("amount_minor"))["total"]
    given = _cash_given(drawer).aggregate(total=Sum("amount_minor"))["total"]
    moved = sum(movement.signed_minor for movement in drawer.movements.all())
    return place.money(drawer.float_minor + (taken or 0) - (given or 0) + moved)


def receipts_in(drawer: Drawer) -> int:
    """Return how many payments went into a drawer."""
    return Payment.objects.filter(drawer=drawer).count()


def last_receipt_in(drawer: Drawer) -> str:
    """Return the number of the newest receipt of a drawer, empty if it has none."""
    rows = Payment.objects.filter(drawer=drawer).order_by("-pk")
    return rows.values_list("number", flat=True).first() or ""


def passages(drawer: Drawer) -> list[Passage]:
    """Return everything that went in and out of a drawer, the oldest first; not the float."""
    found = [
        Passage(one.created_at, "Payment", one.number, "", one.taken_by, place.money(minor))
        for one in _cash_taken(drawer)
        if (minor := one.amount_minor)
    ]
    for refund in _cash_given(drawer).select_related("payment"):
        found.append(
            Passage(
                refund.settled_at or refund.created_at,
                f"Refund {refund.number}",
                refund.payment.number,
                refund.reason,
                refund.asked_by,
                place.money(-refund.amount_minor),
            )
        )
    for move in drawer.movements.all():
        why = move.reason or move.get_purpose_display()
        amount = place.money(move.signed_minor)
        found.append(
            Passage(move.moved_at, move.get_kind_display(), "", why, move.moved_by, amount)
        )
    return sorted(found, key=lambda passage: passage.at)


def drawers_here() -> QuerySet[Drawer]:
    """Return closed drawers whose takings have not gone to the bank, in no order."""
    return Drawer.objects.filter(closed_at__isnull=False, deposited__isnull=True)


def drops_here() -> QuerySet[DrawerMovement]:
    """Return the drops to the safe that have not gone to the bank, in no order."""
    return DrawerMovement.objects.filter(
        kind=DrawerMovement.Kind.DROP, deposited__isnull=True
    ).select_related("drawer")


def cheques_here() -> QuerySet[Payment]:
    """Return the checks that lie here: not bounced, not handed back, not at the bank; in no order."""
    handed_back = Refund.objects.filter(
        payment=OuterRef("pk"), amount_minor=F("payment__amount_minor")
    )
    return Payment.objects.filter(
        ~Exists(handed_back),
        ~Exists(DepositItem.objects.filter(payment=OuterRef("pk"))),
        method=Payment.Method.CHEQUE,
        state=Payment.State.SUCCEEDED,
    )


def is_deposited(payment_id: int) -> bool:
    """Return whether a check has gone to the bank."""
    return DepositItem.objects.filter(payment_id=payment_id).exists()


def is_emptied(drawer: Drawer) -> bool:
    """Return whether a drawer's takings have gone to the bank."""
    return DepositItem.objects.filter(drawer=drawer).exists()


def lies_here(payment: Payment) -> bool:
    """Return whether a payment is a check that lies here, by its own state as it is in hand."""
    if payment.method != Payment.Method.CHEQUE or payment.state != Payment.State.SUCCEEDED:
        return False
    handed_back = Refund.objects.filter(payment=payment, amount_minor=payment.amount_minor)
    return not handed_back.exists() and not is_deposited(payment.pk)


def taken_beside(tills: Sequence[Drawer]) -> list[tuple[str, int]]:
    """Return what the holders of these drawers took meanwhile by ways that are neither cash nor checks
    nor cards online, a terminal's among them: (way, minor units)."""
    meant = Q(pk__in=[])
    for till in tills:
        if till.closed_at is not None:
            meant |= Q(
                taken_by=till.holder_name,
                succeeded_at__gte=till.opened_at,
                succeeded_at__lt=till.closed_at,
            )
    held = [Payment.Method.CASH, Payment.Method.CHEQUE, Payment.Method.CARD]
    rows = Payment.objects.filter(meant, state=Payment.State.SUCCEEDED).exclude(method__in=held)
    sums = rows.values_list("method").annotate(total=Sum("amount_minor")).order_by("method")
    return [(str(Payment.Method(method).label), total) for method, total in sums]


def deposits() -> QuerySet[Deposit]:
    """Return what has gone to the bank, in no order."""
    return Deposit.objects.all()


def deposit(number: str) -> Deposit:
    """Return the deposit of this number.

    :raises NotFound: if this tenant has none.
    """
    found = Deposit.objects.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no deposit {number}.")
    return found


def items_of(deposit: Deposit) -> list[DepositItem]:
    """Return what a deposit is made of: drawers, drops, checks."""
    rows = deposit.items.select_related("drawer", "movement__drawer", "payment__customer")
    return list(rows.order_by("pk"))


def _cash_taken(drawer: Drawer) -> QuerySet[Payment]:
    return Payment.objects.filter(
        drawer=drawer, method=Payment.Method.CASH, state=Payment.State.SUCCEEDED
    )


def _cash_given(drawer: Drawer) -> QuerySet[Refund]:
    return Refund.objects.filter(drawer=drawer, state=Refund.State.SUCCEEDED)
