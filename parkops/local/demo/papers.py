"""What the institution brings to the demonstration as files: its vehicle register and its people."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from permits import operations as permits

KNOWN, NEW = 24, 6


def acts(scene: Scene) -> list[Act]:
    """Return when the files are brought: what is in them has come by then."""
    return [
        (scene.until - timedelta(hours=30), partial(_register, scene)),
        (scene.until - timedelta(hours=2), partial(_roster, scene)),
    ]


def _register(scene: Scene, at: datetime) -> None:
    """The register knows the customers' vehicles, and some that are on the road no more."""
    rows = [
        (car.plate, car.region, person.name, car.make, car.model, car.fuel, "registered")
        for _, _, person in scene.cast.customers
        for car in (person.vehicle,)
    ]
    gone = [people.vehicle(scene.dice, scene.cast.slug) for _ in range(5)]
    rows += [
        (car.plate, car.region, "", car.make, car.model, car.fuel, "decommissioned") for car in gone
    ]
    columns = ("plate", "region", "keeper", "make", "model", "fuel", "status")
    content = _csv(columns, rows)
    customers.load_register(content, name="vehicles.csv", by=SYSTEM, at=at)


def _roster(scene: Scene, at: datetime) -> None:
    """The registrar's list of this term waits to be looked at: new people, changes, and faults."""
    slug, dice = scene.cast.slug, scene.dice
    known = list(Customer.objects.exclude(audiences=[]).order_by("pk")[:KNOWN])
    rows = [
        (f"{slug[0].upper()}{10_000 + row.pk}", row.email, row.name, " ".join(row.audiences))
        for row in known
    ]
    code = known[0].audiences[0]
    for place in range(NEW):
        person = people.person(dice, slug, 800 + place)
        rows.append((f"{slug[0].upper()}{20_000 + place}", person.email, person.name, code))
    rows.append(("", "no-address", "Wes Wrong", code))
    rows.append((f"{slug[0].upper()}20900", f"visiting@{slug}.example", "Vi Visiting", "VISITING"))
    permits.bring_roster(
        "people-of-this-term.csv",
        _csv(("id", "email", "name", "audiences"), rows),
        is_complete=False,
        by=scene.cast.staff["admin"],
        at=at,
    )


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue().encode()
