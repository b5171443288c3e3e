"""Which months of the books are closed, and what stands open at the end of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import YEARS, add_months
from parkops.kernel.decisions import NotFound
from payments import place
from payments.models import LedgerBalance, LedgerMonth
from payments.queries.ledger import first_posted_at
from payments.rules import months as rules
from payments.rules.months import SETTLES_AFTER, Month


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
