"""Which months of the books are closed, and what stands open at the end of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from parkops.kernel.dates import YEARS, add_months
from parkops.kernel.decisions import NotFound
from payments import place
from payments.accounts import REFUNDS_PAYABLE, SUSPENSE
from payments.models import Drawer, LedgerBalance, LedgerMonth, Payment
from payments.queries.ledger import MOMENT, balance_before, first_posted_at, trial_balance
from payments.rules import months as rules
from payments.rules.months import SETTLES_AFTER, Finding, Month


def zone() -> ZoneInfo:
    """Return the zone whose calendar the books go by."""
    return ZoneInfo(place.tenant().timezone)


def open_from() -> datetime | None:
    """Return the instant before which nothing is posted any more; None while no month is closed."""
    rows = LedgerMonth.objects.filter(closed_at__isnull=False).order_by("-ends_at")
    return rows.values_list("ends_at", flat=True).first()


def last_closed() -> LedgerMonth | None:
    """Return the last month that is closed."""
    return LedgerMonth.objects.filter(closed_at__isnull=False).order_by("-ends_at").first()


def balances_to_keep(at: datetime) -> list[datetime]:
    """Return the instants, before `at`, whose balances are to be kept and are not: the beginnings of
    months since the ledger began, and of the last day that is settled; the earliest first."""
    began = first_posted_at()
    if began is None:
        return []
    month, wanted = Month.at(began, zone()).next, []
    while month.begins_at + SETTLES_AFTER <= at:
        wanted.append(month.begins_at)
        month = month.next
    day = place.local_date(at)
    start = place.day_start(day)
    if start + SETTLES_AFTER > at:
        start = place.day_start(day - timedelta(days=1))
    if start > began and start not in wanted:
        wanted.append(start)
    kept = set(
        LedgerBalance.objects.filter(before_at__in=wanted).values_list("before_at", flat=True)
    )
    return [instant for instant in wanted if instant not in kept]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the books: when it was closed, by whom, and whether it is next to be."""

    month: Month
    row: LedgerMonth | None
    is_closed: bool
    is_next: bool
    is_over: bool

    @property
    def key(self) -> str:
        """What addresses call it."""
        return key_of(self.month)


def key_of(month: Month) -> str:
    """Return what addresses and programs call a month: 2026-11."""
    return f"{month.first:%Y-%m}"


def month_of(key: str) -> Month:
    """Return the month of this key.

    :raises NotFound: if it is none.
    """
    try:
        first = datetime.strptime(key, "%Y-%m").replace(tzinfo=zone()).date()
    except ValueError:
        raise NotFound(f"There is no month {key}. Write one such as 2026-11.") from None
    if first.year not in YEARS:
        raise NotFound(f"There is no month {key}. Write one such as 2026-11.")
    return Month(first, zone())


def months_shown(at: datetime, *, most: int = 36) -> list[MonthRow]:
    """Return the months of the books, the newest first: those since the ledger began."""
    running = Month.at(at, zone())
    began = first_posted_at()
    first = min(Month.at(began, zone()).first, running.first) if began else running.first
    found: list[Month] = []
    month = running
    while month.first >= first and len(found) < most:
        found.append(month)
        month = Month(add_months(month.first, -1), zone())
    closed = last_closed_month()
    rows = {row.first_on: row for row in LedgerMonth.objects.filter(first_on__gte=found[-1].first)}
    return [row_of(month, rows.get(month.first), closed=closed, at=at) for month in found]


def month_row(month: Month, *, at: datetime) -> MonthRow:
    """Return how a month of the books stands."""
    row = LedgerMonth.objects.filter(first_on=month.first).first()
    return row_of(month, row, closed=last_closed_month(), at=at)


def row_of(
    month: Month, row: LedgerMonth | None, *, closed: Month | None, at: datetime
) -> MonthRow:
    """Return how a month stands when `closed` is the last that is."""
    return MonthRow(
        month,
        row if row is not None and row.closed_at is not None else None,
        is_closed=closed is not None and month.first <= closed.first,
        is_next=bool(rules.may_close(month, closed=closed, at=at)),
        is_over=month.ends_at <= at,
    )


def last_closed_month() -> Month | None:
    """Return the last month that is closed, as the rules take it."""
    row = last_closed()
    return Month(row.first_on, zone()) if row else None


def findings(month: Month) -> list[Finding]:
    """Return what stands open at the end of a month, what keeps it from being closed first."""
    found = [
        *_unbalanced(month),
        *_open_drawers(month),
        *_suspense(month),
        *_refunds(month),
    ]
    return sorted(found, key=lambda one: not one.stops)


def _unbalanced(month: Month) -> Iterator[Finding]:
    balance = trial_balance(month.ends_at - MOMENT)
    if not balance.is_balanced:
        told = f"Debits of {balance.total_debit} and credits of {balance.total_credit} differ."
        yield Finding(told, stops=True, url=reverse("office_ledger:accounts"))


def _open_drawers(month: Month) -> Iterator[Finding]:
    rows = Drawer.objects.filter(opened_at__lt=month.ends_at, closed_at__isnull=True)
    names = [f"{row.name} ({row.holder_name})" for row in rows.order_by("opened_at", "pk")]
    if names:
        told = f"Not counted and closed yet: {', '.join(names[:5])}."
        if len(names) > 5:
            told = f"{len(names)} drawers are not counted and closed yet."
        yield Finding(told, stops=True, url=reverse("office_counter:drawers"))


def _suspense(month: Month) -> Iterator[Finding]:
    waiting = Payment.objects.filter(
        state=Payment.State.NEEDS_REVIEW, created_at__lt=month.ends_at
    ).count()
    if waiting:
        told = "1 payment needs a look" if waiting == 1 else f"{waiting} payments need a look"
        url = f"{reverse('office_payments:list')}?state={Payment.State.NEEDS_REVIEW}"
        yield Finding(f"{told}: its money is not what was asked for.", stops=True, url=url)
        return
    left = balance_before(SUSPENSE, month.ends_at)
    if left:
        url = reverse("office_ledger:entries", args=[SUSPENSE])
        yield Finding(
            f"{place.money(abs(left.minor))} stand on {SUSPENSE}, to be looked into.",
            stops=False,
            url=url,
        )


def _refunds(month: Month) -> Iterator[Finding]:
    left = balance_before(REFUNDS_PAYABLE, month.ends_at)
    if left:
        url = reverse("office_payments:refunds")
        yield Finding(
            f"Refunds of {place.money(abs(left.minor))} are under way.", stops=False, url=url
        )
