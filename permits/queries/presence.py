"""Which vehicles have paid to be where, for the estimate of how full a zone is."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

_PAID = """
SELECT zone_code, plate_key FROM permits_parkingsession WHERE starts_at <= %(at)s AND ends_at > %(at)s
"""


def paid_stays(at: datetime) -> Iterable[tuple[str, str]]:
    """Return (zone code, plate key) for each paid stay that runs at `at`."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"at": at})
        return cursor.fetchall()
