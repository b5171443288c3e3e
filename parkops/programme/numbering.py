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
    year = at.astimezone(zone).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programme_series (name, last) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET last = programme_series.last + 1 RETURNING last",
            [f"{prefix}-{year}"],
        )
        row = cursor.fetchone()
    return numbers.make_number(prefix, year, row[0])
