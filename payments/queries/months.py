"""Which months of the books are closed, and what stands open at the end of one."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from payments import place
from payments.models import LedgerBalance, LedgerMonth
from payments.queries.ledger import first_posted_at
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
