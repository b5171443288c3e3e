"""A town to check in: 100 zones with areas on the map, 100,000 permits, 100,000 paid stays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import yaml
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from bench import rows, tenant

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
    rows.write(
        Customer,
        [{"email": f"t{n}@parkops.test", "name": f"T {n}"} for n in range(permits // 2)],
        like=holder,
    )
    people = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    first, right = Permit.objects.get(), PlateRight.objects.get()
    rows.write(
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
    rows.write(
        PlateRight,
        ({"permit_id": pk} | _plate(tenant.plate(n)) for n, pk in enumerate(ids, 1)),
        like=right,
    )
    stayed = [_stay(n, at) for n in range(stays)]
    base = ParkingSession(
        programme_version=first.programme_version, net_minor=200, tax_minor=0, sold_at=at
    )
    rows.write(ParkingSession, stayed, like=base)
    numbered = ParkingSession.objects.order_by("pk").values_list("pk", flat=True)
    bare = PlateRight(kind=PlateRight.Kind.SESSION)
    rows.write(
        PlateRight,
        (
            {"session_id": pk, "starts_at": row["starts_at"], "ends_at": row["ends_at"]}
            | _plate(row["plate_key"])
            for pk, row in zip(numbered, stayed, strict=True)
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


def keys_of(places: Sequence[int]) -> list[str]:
    """Return the plates of permits by their number."""
    return [tenant.plate(n) for n in places]
