"""A town to check in: 100 zones with areas on the map, 100,000 permits, 100,000 paid stays."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import yaml
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context
from psycopg.types.json import Jsonb

from bench import tenant

ZONES, TYPES = 100, 20
LIVE_STAYS = 5_000
"""Of the paid stays, how many run now; the others are those of the last weeks."""


@contextmanager
def made(permits: int, stays: int) -> Iterator[tenant.Place]:
    """Make the town, and remove it whatever happens."""
    from django.conf import settings

    with tenant.made("town") as town:
        with tenant_context(town):
            at = timezone.now()
            token = tenant.started(programme(), "T00", at - timedelta(days=1))
            fill(permits, stays, at)
        yield tenant.Place(f"{town.slug}.{settings.DOMAIN}", town.schema_name, token, town)


def zone(number: int) -> str:
    """Return the code of a zone."""
    return f"Z{number:02}"


def programme() -> bytes:
    """Return the program of the tests with a hundred zones more, by permits of twenty types."""
    document = yaml.safe_load(tenant.PROGRAMME.read_bytes())
    codes = [zone(n) for n in range(ZONES)]
    for n, code in enumerate(codes):
        west, south = -71.0 + n % 10 * 0.01, 42.0 + n // 10 * 0.01
        ring = [[0, 0], [0.009, 0], [0.009, 0.009], [0, 0.009], [0, 0]]
        area = [[round(west + x, 6), round(south + y, 6)] for x, y in ring]
        document["zones"].append(
            {
                "code": code,
                "name": f"Zone {n}",
                "kind": "lot",
                "enforced": "always",
                "grace": "10m",
                "geometry": {"type": "Polygon", "coordinates": [area]},
            }
        )
    document["sessions"]["rates"].append({"zones": codes, "per_hour": "2.00", "max": "24h"})
    share = ZONES // TYPES
    for n in range(TYPES):
        granted = codes[n * share : (n + 1) * share]
        hours = "always" if n % 4 else "Mon-Fri 06:00-20:00"
        document["permit_types"].append(
            {
                "code": f"T{n:02}",
                "name": f"Type {n}",
                "grants": [{"zones": granted, "when": hours if n else "always"}],
                "term": {"kind": "rolling", "months": 12},
                "price": {"base": "20.00"},
                "vehicles": {"max": 2, "on_site": 1},
            }
        )
    return yaml.safe_dump(document, sort_keys=False).encode()


def fill(permits: int, stays: int, at: datetime) -> None:
    """Copy the tenant's one permit and its right, and write the stays, as a bulk load does."""
    from parkops.customers.models import Customer
    from permits.models import ParkingSession, Permit, PlateRight

    holder = Customer.objects.get()
    _copy(
        Customer,
        [{"email": f"t{n}@parkops.test", "name": f"T {n}"} for n in range(permits // 2)],
        like=holder,
    )
    people = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    first, right = Permit.objects.get(), PlateRight.objects.get()
    _copy(
        Permit,
        (
            {
                "number": f"P-TOWN-{n:06}",
                "customer_id": people[n % len(people)],
                "type_code": f"T{n % TYPES:02}",
                "type_key": f"t{n % TYPES:02}",
            }
            for n in range(1, permits)
        ),
        like=first,
    )
    ids = Permit.objects.order_by("pk").values_list("pk", flat=True)[1:]
    _copy(
        PlateRight,
        ({"permit_id": pk} | _plate(tenant.plate(n)) for n, pk in enumerate(ids, 1)),
        like=right,
    )
    rows = [_stay(n, at) for n in range(stays)]
    base = ParkingSession(
        programme_version=first.programme_version, net_minor=200, tax_minor=0, sold_at=at
    )
    _copy(ParkingSession, rows, like=base)
    numbered = ParkingSession.objects.order_by("pk").values_list("pk", flat=True)
    bare = PlateRight(kind=PlateRight.Kind.SESSION)
    _copy(
        PlateRight,
        (
            {"session_id": pk, "starts_at": row["starts_at"], "ends_at": row["ends_at"]}
            | _plate(row["plate_key"])
            for pk, row in zip(numbered, rows, strict=True)
        ),
        like=bare,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _stay(n: int, at: datetime) -> dict[str, Any]:
    ago = timedelta(minutes=n % 50) if n < LIVE_STAYS else timedelta(hours=2 + n % 600)
    key = f"S{n:06}"
    return {
        "number": f"S-TOWN-{n:06}",
        "plate_text": key,
        "plate_key": key,
        "zone_code": zone(n % ZONES),
        "starts_at": at - ago,
        "ends_at": at - ago + timedelta(hours=1),
    }


def _plate(key: str) -> dict[str, Any]:
    from permits.queries.rights import near_keys

    return {"plate_key": key, "plate_text": key, "near_keys": near_keys(key)}


def _copy(model: Any, rows: Iterable[dict[str, Any]], *, like: Any) -> None:
    """Write rows that are `like` one but for some columns, by COPY."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    plain = {field.attname: _value(field, getattr(like, field.attname)) for field in fields}
    has_reference = "reference" in plain
    with connection.cursor() as cursor:
        link = cursor.connection
        with (
            link.cursor() as own,
            own.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                given = {**plain, **row}
                if has_reference:
                    given["reference"] = _reference()
                copy.write_row([given[field.attname] for field in fields])


def _value(field: Any, value: Any) -> Any:
    return Jsonb(value) if field.get_internal_type() == "JSONField" else value


def _reference() -> Any:
    from uuid import uuid4

    return uuid4()


def keys_of(places: Sequence[int]) -> list[str]:
    """Return the plates of permits by their number."""
    return [tenant.plate(n) for n in places]
