"""How balances of past instants are kept, so that a trial balance adds up little."""

from datetime import datetime

from django.db import connection, transaction

from payments.queries import months
from payments.queries.ledger import BALANCES

_KEEP = f"""
INSERT INTO payments_ledgerbalance (account_id, before_at, amount_minor)
SELECT told.code, %(before)s, told.minor
  FROM ({BALANCES}) AS told (code, name, kind, minor)
    ON CONFLICT DO NOTHING
"""  # noqa: S608


def keep_balances(*, at: datetime) -> int:
    """Keep the balances of months' beginnings and of the last settled day; return of how many instants.

    One transaction each. While somebody posts late it is left for the next time.
    """
    kept = 0
    for before in months.balances_to_keep(at):
        with transaction.atomic():
            if not alone(waits=False):
                return kept
            keep(before)
            kept += 1
    return kept


def keep(before: datetime) -> None:
    """Keep the balances before an instant; `alone` is the caller's."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"before": before, "code": ""})


def alone(*, waits: bool = True) -> bool:
    """Let nothing be posted late until the transaction ends; return whether that could be had.

    What is posted now goes on: see migration 0008.
    """
    way = "pg_advisory_xact_lock" if waits else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {way}(hashtextextended(current_schema() || ':ledger', 0))")
        return waits or cursor.fetchone()[0]
