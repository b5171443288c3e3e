"""Cash payments through the API, and their own statements sent by pgbench in a tenant that is alike."""

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from bench import checks, tenant
from bench.replayed import by_pgbench, line, session

COPIED = (
    "accounts_apitoken",
    "payments_charge",
    "payments_ledgertransaction",
    "payments_ledgerentry",
)
"""What the second tenant gets from the first, so that each statement finds there what it found here."""


@dataclass(frozen=True)
class Payments:
    """Milliseconds of a cash payment through the API and by pgbench, and how many statements it is."""

    api_ms: float
    bare_ms: float
    statements: float


def payments(count: int) -> Payments:
    """Take `count` cash payments through the API, then send the same statements by pgbench."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(_stocked(name, count)) for name in ("till-a", "till-b"))
        _make_alike(other, one)
        sent, times = _taken(one)
        warm = count // 10
        bare = by_pgbench(other.schema, sent[warm:], sent[:warm])
    return Payments(
        statistics.fmean(times[warm:]) * 1e3, bare, statistics.fmean(len(one) for one in sent)
    )


@contextmanager
def _stocked(name: str, count: int) -> Iterator[tenant.Place]:
    """Make a tenant in which `count` fees are owed."""
    from django.conf import settings

    from parkops.kernel.actors import SYSTEM
    from parkops.kernel.money import Money
    from payments import accounts, operations

    at = timezone.now()
    with tenant.made(name) as owner:
        with tenant_context(owner):
            token = tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", at)
            for n in range(count):
                operations.raise_charge(
                    kind="fee",
                    reference=f"FEE-{n}",
                    text="Fee",
                    net=Money(2_500, "USD"),
                    tax=Money(0, "USD"),
                    customer_id=None,
                    plate_key=f"TIL{n}",
                    due_on=None,
                    revenue=accounts.FEE_REVENUE,
                    by=SYSTEM,
                    at=at,
                )
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        yield tenant.Place(f"{owner.slug}.{settings.DOMAIN}", owner.schema_name, token, owner)


def _make_alike(other: tenant.Place, one: tenant.Place) -> None:
    """Give the second tenant the first one's token, charges and ledger, under the same ids."""
    with tenant_context(other.tenant), connection.cursor() as cursor:
        tables = ", ".join(COPIED)
        for table in COPIED[1:]:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        for table in COPIED:
            cursor.execute(f'INSERT INTO {table} SELECT * FROM "{one.schema}".{table}')
        for table in COPIED[1:]:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")


def _taken(place: tenant.Place) -> tuple[list[list[str]], list[float]]:
    """Take the payments; returns the statements of each as plain SQL, and its seconds."""
    from payments.models import Charge

    mogrify = psycopg.ClientCursor(session(place.schema)).mogrify
    noted: list[tuple[str, Any]] = []

    def note(execute: Any, text: str, values: Any, many: bool, context: Any) -> Any:
        # The other tenant has a path of its own.
        if "SAVEPOINT" not in text and "search_path" not in text:
            noted.append((text, values))
        return execute(text, values, many, context)

    with tenant_context(place.tenant):
        owed = Charge.objects.filter(kind="fee").order_by("pk")
        ids = [str(one) for one in owed.values_list("public_id", flat=True)]
    headers = {"HTTP_AUTHORIZATION": f"Bearer {place.token}"}
    sent, times = [], []
    for one in ids:
        noted.clear()
        body = json.dumps({"charges": [one], "method": "cash", "amount": "30.00"}).encode()
        with connection.execute_wrapper(note):
            began = time.perf_counter()
            checks.serve(place, "POST", "/api/v1/payments", body, headers)
            times.append(time.perf_counter() - began)
        sent.append([line(mogrify(text, values)) for text, values in noted])
    return sent, times
