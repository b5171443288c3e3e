"""The gentle day that goes on in the demonstration: now and then something happens."""

from contextlib import suppress
from datetime import datetime
from random import Random

from parkops.customers.models import Customer, Vehicle
from parkops.kernel.decisions import Refused
from parkops.local.demo import command, people, season, sensors
from parkops.local.demo.load import cast_of
from parkops.local.demo.scene import Act
from parkops.tenancy.models import Tenant
from permits.models import PlateRight

EACH_SECONDS = 20
"""How far apart steps are: an officer's phone says once a minute where it is."""


def step(tenant: Tenant, *, at: datetime) -> str:
    """Let one thing happen at `at` in a demonstration tenant, which is current; returns its name."""
    dice = Random(at.timestamp())  # noqa: S311
    cast = cast_of(tenant)
    cast.customers = _some_people(dice)
    acts: list[Act] = []
    stage = season.Stage(cast, dice, acts, until=at)
    for code, car in _holders(at):
        stage.holders[code].append(car)
    for officer in cast.officers:
        stage.begin_shift(officer, at)
    if at.second < EACH_SECONDS:
        with suppress(Refused):
            command.walk(cast, dice, at)
    sensors.count_now(tenant.slug, at)
    name = dice.choice(("look", "look", "look", "look", "park", "park", "buy_short", "cite"))
    with suppress(Refused):
        getattr(stage, name)(at)
    return name


def _some_people(dice: Random) -> list[tuple[int, str, people.Person]]:
    rows = list(
        Vehicle.objects.filter(removed_at__isnull=True)
        .select_related("customer")
        .order_by("pk")[:400]
    )
    chosen = dice.sample(rows, min(len(rows), 20))
    return [(row.customer_id, "", _person(row, row.customer)) for row in chosen]


def _holders(at: datetime) -> list[tuple[str, people.Vehicle]]:
    """Return the vehicles of permits in force, each with its type."""
    rows = PlateRight.objects.filter(
        kind=PlateRight.Kind.PERMIT, starts_at__lte=at, ends_at__gt=at, removed_at=None
    ).order_by("pk")
    told = rows.values_list("permit__type_code", "plate_text", "region")[:400]
    return [(code, people.Vehicle(plate, region, "", "", "", "")) for code, plate, region in told]


def _person(row: Vehicle, customer: Customer) -> people.Person:
    car = people.Vehicle(row.plate_text, row.region, row.make, row.model, row.colour, row.fuel)
    return people.Person(customer.name, customer.email, car)
