"""Quotes and purchases, taken apart for the bench."""

import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from django_tenants.utils import tenant_context

from bench import checks, tenant
from bench import statements as wire
from bench.replayed import by_pgbench, line, session


@dataclass(frozen=True)
class Purchases:
    """Milliseconds of a purchase by the operation and by pgbench, of those the quota's row was
    locked, and how many statements it is."""

    operation_ms: float
    bare_ms: float
    locked_ms: float
    statements: float


def quote_bodies(place) -> tuple[bytes, ...]:
    """Return bodies of quotes for fifty customers with vehicles."""
    from parkops.customers import operations as customers
    from parkops.kernel.actors import SYSTEM

    bodies, at = [], timezone.now()
    with tenant_context(place.tenant):
        for n in range(50):
            customer = customers.register_customer(
                email=f"q{n}@parkops.test", name="Q", audiences=["STAFF"], by=SYSTEM, at=at
            )
            wish = {"customer": str(customer.reference), "vehicles": [f"QUO{n}"]}
            bodies.append(json.dumps({"permit_type": "STAFF-YEAR", **wish}).encode())
    return tuple(bodies)


def quote_statements(place, body: bytes) -> int:
    """Return how many statements a quote through the API sends."""
    token = {"HTTP_AUTHORIZATION": f"Bearer {place.token}"}

    def ask() -> None:
        checks.serve(place, "POST", "/api/v1/quotes", body, token)

    ask()
    count = len(wire.sent(ask))
    connection.set_schema_to_public()
    return count


def purchases(count: int) -> Purchases:
    """Buy `count` permits by the operation, then send the same statements by pgbench.

    Both tenants are made in the same way, so that ids given by the database are the same too.
    """
    with tenant.made("shop-a") as one, tenant.made("shop-b") as other:
        for place in (one, other):
            with tenant_context(place):
                _stock(count)
        with tenant_context(one):
            bought, times, locked = _bought(count)
        bare = by_pgbench(other.schema_name, bought[count // 10 :], bought[: count // 10])
    return Purchases(
        statistics.fmean(times[count // 10 :]) * 1e3,
        bare,
        statistics.fmean(locked[count // 10 :]) * 1e3,
        statistics.fmean(len(statements) for statements in bought),
    )


def _stock(count: int) -> None:
    """Apply a program with places for all, and register the customers."""
    from parkops.customers.models import Customer
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import load
    from parkops.programme import operations as programme

    at = timezone.now()
    text = tenant.PROGRAMME.read_text().replace("quota: {total: 10,", f"quota: {{total: {count},")
    loaded = load.load(text.encode(), "shop.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=at)
    Customer.objects.bulk_create(
        Customer(email=f"s{n}@parkops.test", name="S", audiences=["STAFF"], created_at=at)
        for n in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _bought(count: int) -> tuple[list[list[str]], list[float], list[float]]:
    """Buy; returns the statements of each purchase as plain SQL, its seconds, and the locked ones."""
    from parkops.customers.models import Customer
    from parkops.kernel.actors import SYSTEM
    from permits import operations
    from permits.models import Permit
    from permits.rules.plates import read_plates

    mogrify = psycopg.ClientCursor(session(connection.schema_name)).mogrify
    noted: list[tuple[str, Any]] = []
    began_lock: list[float] = []

    def note(execute, text, values, many, context):
        if "SAVEPOINT" not in text:
            noted.append((text, values))
        answer = execute(text, values, many, context)
        if "permits_quota" in text and text.lstrip().startswith(("INSERT", "UPDATE")):
            began_lock.append(time.perf_counter())
        return answer

    found, times, locked = [], [], []
    for pk in Customer.objects.order_by("pk").values_list("pk", flat=True)[:count]:
        noted.clear()
        began_lock.clear()
        wish = operations.Wish("STAFF-YEAR", read_plates([f"SHOP{pk}"]))
        with connection.execute_wrapper(note):
            began = time.perf_counter()
            with transaction.atomic():
                operations.hold_permit(
                    wish,
                    customer_id=pk,
                    channel=Permit.Channel.API,
                    by=SYSTEM,
                    at=timezone.now(),
                )
            ended = time.perf_counter()
        times.append(ended - began)
        locked.append(ended - began_lock[0])
        found.append([line(mogrify(text, values)) for text, values in noted])
    return found, times, locked
