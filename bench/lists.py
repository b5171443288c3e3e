"""The office's list of permits, with many of them."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context

from bench import checks, tenant
from bench import statements as wire

EXPORT = "The export of all, whole"

_PEOPLE = """
INSERT INTO customers_customer
       (reference, email, name, phone, audiences, address, address_key, external_id,
        language, is_address_protected, created_at)
SELECT gen_random_uuid(), 'l' || n || '@parkops.test',
       (ARRAY['Ana','Bo','Cleo','Dan','Eve','Finn','Gus','Hana'])[n %% 8 + 1] || ' Number' || n,
       '', '{}', '', '', '', '', false, now()
  FROM generate_series(1, %s) AS n
"""


@dataclass(frozen=True)
class Row:
    """One page: its milliseconds, the median, the statements that it sends, and by how many MiB at most
    the process grew meanwhile."""

    name: str
    ms: float
    statements: int
    mib: float


def measured(permits: int, *, rounds: int) -> list[Row]:
    """Return the list, its searches and its export with `permits` permits."""
    with tenant.thrown_away() as place:
        with tenant_context(place.tenant):
            _fill(permits)
            name, plate, number = _known(permits)
        cookie = _clerk(place)
        pages = {
            "First page, in force": "",
            "All, page 40": "?view=all&page=40",
            "Search: a plate's beginning": f"?q={plate[:4]}",
            "Search: a name": f"?q={name}",
            "Search: a number": f"?q={number}",
            "Search: nothing fits": "?q=zzzz+qqqq",
            "Sorted by end": "?view=all&sort=until",
        }
        found = [
            _row(place, title, f"/office/permits/{query}", cookie, rounds)
            for title, query in pages.items()
        ]
        found.append(_row(place, EXPORT, "/office/permits/permits.csv?view=all", cookie, 1))
        connection.set_schema_to_public()
    return found


def _row(place, name: str, path: str, cookie, rounds: int) -> Row:
    def ask() -> None:
        checks.serve(place, "GET", path, b"", cookie)

    ask()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return Row(name, statistics.median(times) * 1e3, len(wire.sent(ask)), _growth(ask))


def _growth(act: Callable[[], None]) -> float:
    """Return by how many MiB the process grew at most during `act`, from what Linux says of it."""
    Path("/proc/self/clear_refs").write_text("5")  # The high-water mark begins anew.
    before = _said_kib("VmRSS")
    act()
    return max(_said_kib("VmHWM") - before, 0) / 1024


def _said_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _clerk(place) -> dict[str, str]:
    from parkops.accounts.models import User

    office = Client(SERVER_NAME=place.host)
    with tenant_context(place.tenant):
        office.force_login(
            User.objects.create_user("lists@parkops.test", None, roles=["administrator"])
        )
    cookies = "; ".join(f"{name}={one.value}" for name, one in office.cookies.items())
    return {"HTTP_COOKIE": cookies or f"{settings.SESSION_COOKIE_NAME}="}


def _known(permits: int) -> tuple[str, str, str]:
    from permits.models import PlateRight

    right = PlateRight.objects.select_related("permit__customer").order_by("-pk")[permits // 3]
    return right.permit.customer.name, right.plate_key, right.permit.number


def _fill(permits: int) -> None:
    """Copy the tenant's permits until there are enough, each with a plate, two to a customer."""
    from permits.models import Permit, PlateRight

    people = permits // 2
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [people])
        cursor.execute("SELECT min(id) FROM customers_customer WHERE email LIKE 'l%%@parkops.test'")
        first = cursor.fetchone()[0]
        more = permits - tenant.PERMITS
        columns = {f.column: f'"{f.column}"' for f in Permit._meta.fields if f.column != "id"}
        columns["number"] = "'P-LIST-' || n"
        columns["customer_id"] = f"{first} + n %% {people}"
        columns["ends_at"] = "ends_at + n * interval '1 minute'"
        _copy(
            cursor, "permits_permit", columns, more, "WHERE number LIKE 'P-%%' ORDER BY id LIMIT 1"
        )
        columns = {f.column: f'"{f.column}"' for f in PlateRight._meta.fields if f.column != "id"}
        columns["permit_id"] = "p.id"
        columns["plate_key"] = columns["plate_text"] = "'L' || substr(md5(p.id::text), 1, 6)"
        columns["plate_key"] = f"upper({columns['plate_key']})"
        columns["near_keys"] = "'{}'"
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(v if "p.id" in v or v == "'{}'" else f"r.{v}" for v in columns.values())
        cursor.execute(
            f"INSERT INTO permits_plateright ({names}) SELECT {values} FROM permits_permit p, "
            "(SELECT * FROM permits_plateright ORDER BY id LIMIT 1) r WHERE p.number LIKE 'P-LIST-%'"
        )
        cursor.execute("ANALYZE")


def _copy(cursor, table: str, columns: dict[str, str], count: int, which: str) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} "
        f"FROM (SELECT * FROM {table} {which}) one, generate_series(1, %s) AS n",
        [count],
    )
