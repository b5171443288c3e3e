"""How changes of rights are told to those who keep a copy of them; part of the acts that call this."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from permits.models import Permit, RightsChange

KEPT_FOR = timedelta(days=2)
"""A copy older than this is read anew as a whole."""

_PLATES = """
INSERT INTO permits_rightschange (transaction, plate_key)
SELECT pg_current_xact_id()::text::bigint, plate_key FROM unnest(%s::varchar[]) AS plate_key
"""
_PERMITS = """
INSERT INTO permits_rightschange (transaction, plate_key)
SELECT DISTINCT pg_current_xact_id()::text::bigint, plate_key FROM permits_plateright
 WHERE permit_id = ANY(%s::bigint[])
"""


def plates_changed(plate_keys: Collection[str]) -> None:
    """Note that rights of these plates were written, changed or deleted, or what officers are told of
    them; what has no plate is left out."""
    keys = sorted({key for key in plate_keys if key})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_PLATES, [keys])


def permits_changed(*permits: Permit) -> None:
    """Note that permits changed in what their plates' rights rest on, or in their plates."""
    if permits:
        with connection.cursor() as cursor:
            cursor.execute(_PERMITS, [[permit.pk for permit in permits]])


def forget_changes(*, at: datetime) -> int:
    """Delete the changes that no copy asks for any more; returns how many."""
    return RightsChange.objects.filter(recorded_at__lt=at - KEPT_FOR).delete()[0]
