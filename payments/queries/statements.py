"""A statement of account: what was owed, what moved, what is owed, and how old that is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q, QuerySet, Sum

from payments import place
from payments.accounts import CUSTOMER_CREDIT, RECEIVABLE
from payments.models import AccountPayer, Charge, InvoiceLine, LedgerEntry
from payments.rules.invoices import Age, ageing


@dataclass(frozen=True, slots=True)
class Movement:
    """What one act changed: above zero more is owed, below less; and what is owed after it."""

    at: datetime
    text: str
    reference: str
    minor: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The days from and to (both included), opening and closing balance, and what moved between. What
    is paid too much is a balance below zero."""

    since: date
    until: date
    opening: int
    movements: tuple[Movement, ...]
    closing: int
    ages: tuple[Age, ...]
    credit: int


def statement(
    *, customer_id: int, payer: AccountPayer | None = None, since: date, until: date
) -> Statement:
    """Return the statement of a customer, or of the payer whose account it is: with what others put on it.

    Charges that somebody else has on account are on that one's statement.
    """
    start, end = place.day_start(since), place.day_end(until)
    rows = _entries(customer_id, payer)
    opening = _sum(rows.filter(posted_at__lt=start))
    moved = (
        rows.filter(posted_at__gte=start, posted_at__lt=end)
        .values("transaction_id", "posted_at", "transaction__text")
        .annotate(total=Sum("amount_minor"), reference=Max("charge__reference"))
        .order_by("posted_at", "transaction_id")
    )
    balance, movements = opening, []
    for row in moved:
        if not row["total"]:
            continue
        balance += row["total"]
        movements.append(
            Movement(
                row["posted_at"],
                row["transaction__text"],
                row["reference"] or "",
                row["total"],
                balance,
            )
        )
    return Statement(
        since=since,
        until=until,
        opening=opening,
        movements=tuple(movements),
        closing=balance,
        ages=tuple(_ages(rows.filter(posted_at__lt=end), today=until)),
        credit=-_sum(rows.filter(account=CUSTOMER_CREDIT, posted_at__lt=end)),
    )


def _entries(customer_id: int, payer: AccountPayer | None) -> QuerySet[LedgerEntry]:
    wanted = Q(customer_id=customer_id) & (Q(charge__isnull=True) | Q(charge__payer__isnull=True))
    if payer is not None:
        wanted |= Q(charge__payer=payer)
    return LedgerEntry.objects.filter(wanted, account__in=[RECEIVABLE, CUSTOMER_CREDIT])


def _ages(rows: QuerySet[LedgerEntry], *, today: date) -> list[Age]:
    owed = dict(
        rows.filter(account=RECEIVABLE, charge__isnull=False)
        .values_list("charge")
        .annotate(total=Sum("amount_minor"))
        .filter(total__gt=0)
        .order_by("charge")
    )
    due = dict(Charge.objects.filter(pk__in=owed).values_list("pk", "due_on"))
    # What is on an invoice is due when that is, as the payer was told.
    invoiced = InvoiceLine.objects.filter(
        charge__in=owed, is_live=True, invoice__issued_on__lte=today
    )
    due.update(invoiced.values_list("charge", "invoice__due_on"))
    return ageing([(due[pk], minor) for pk, minor in owed.items()], today=today)


def _sum(rows: QuerySet[LedgerEntry]) -> int:
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0
