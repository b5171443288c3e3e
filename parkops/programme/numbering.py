"""Numbers that people read: a prefix, the local year, a count and a check digit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from parkops.kernel import numbers


def next_number(prefix: str, *, at: datetime, zone: ZoneInfo) -> str:
    """Return the next number of this tenant under `prefix` in the local year of `at`.

    The series' row stays locked until the transaction ends, so numbers are given in order of commit
    and a rolled back transaction leaves no gap.
    """
    return next_numbers(prefix, 1, at=at, zone=zone)[0]


def next_numbers(prefix: str, count: int, *, at: datetime, zone: ZoneInfo) -> list[str]:
    """Return the next `count` numbers, in order; see `next_number`."""
    year = at.astimezone(zone).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programme_series (name, last) VALUES (%s, %s) ON CONFLICT (name) "
            "DO UPDATE SET last = programme_series.last + EXCLUDED.last RETURNING last",
            [f"{prefix}-{year}", count],
        )
        last = cursor.fetchone()[0]
    return [numbers.make_number(prefix, year, n) for n in range(last - count + 1, last + 1)]
