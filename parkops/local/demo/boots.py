"""The demonstration's boots: vehicles that pile up citations are told, booted, towed, paid for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from enforcement.operations import boot_cases as booting
from enforcement.operations import citations, tows
from enforcement.operations.boot_cases import Spot
from enforcement.queries import boot_cases as casing
from enforcement.rules.holding import State
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene

DAY = timedelta(days=1)
WHERE = {"campus": ("MAPLE", "NO-PERMIT"), "town": ("RIVER", "NO-RIGHT")}
LOTS = {"campus": "Physical plant yard", "town": "Harbor Street pound"}
STORES = {"campus": "Parking office", "town": "Town garage"}
CITED = 4
"""So many citations each of these vehicles has: more than either program waits for."""


@dataclass(frozen=True, slots=True)
class Fate:
    """How many days ago a vehicle was told, ordered, booted, towed and paid for; None: not at all."""

    told: float | None = None
    ordered: float | None = None
    booted: float | None = None
    towed: float | None = None
    paid: float | None = None


FATES = (
    Fate(),
    Fate(told=20),
    Fate(told=20),
    Fate(told=21, ordered=0.2),
    Fate(told=22, ordered=2, booted=1.8),
    Fate(told=26, ordered=7, booted=6.9, towed=3),
    Fate(told=27, ordered=9, booted=8.9, paid=8.4),
)


def acts(scene: Scene) -> list[Act]:
    """Return when the boots are bought and when those vehicles are cited."""
    found: list[Act] = [(scene.until - 60 * DAY, partial(_buy, scene))]
    for fate in FATES:
        car = people.vehicle(scene.dice, scene.cast.slug)
        first = scene.when(-55, 9) + timedelta(minutes=scene.dice.uniform(0, 400))
        found += [(first + 4 * n * DAY, partial(_cite, scene, car)) for n in range(CITED)]
        told = {"plate": car.plate, "region": car.region, "by": scene.cast.officers[0]}
        steps = (
            (fate.told, partial(_tell, told)),
            (fate.ordered, partial(_order, told)),
            (fate.booted, partial(_boot, scene, car)),
            (fate.towed, partial(_tow, scene, car)),
            (fate.paid, partial(_pay, scene, car)),
        )
        found += [(scene.until - days * DAY, act) for days, act in steps if days is not None]
    return found


def _buy(scene: Scene, at: datetime) -> None:
    store, by = STORES[scene.cast.slug], scene.cast.staff["admin"]
    for number in range(1, 7):
        code = f"{scene.dice.randrange(10_000):04}" if number > 3 else ""
        booting.add_device(f"K-{number:02}", release_code=code, store=store, by=by, at=at)


def _cite(scene: Scene, car: people.Vehicle, at: datetime) -> None:
    zone, violation = WHERE[scene.cast.slug]
    draft = citations.Draft(
        client_id=UUID(int=scene.dice.getrandbits(128)),
        plate=car.plate,
        region=car.region,
        zone=zone,
        violation=violation,
        issued_at=at,
    )
    citations.issue_citation(draft, by=scene.cast.officers[0], at=at)


def _tell(told: dict[str, Any], at: datetime) -> None:
    booting.leave_notice(**told, at=at)


def _order(told: dict[str, Any], at: datetime) -> None:
    booting.order_boot(**told, at=at)


def _boot(scene: Scene, car: people.Vehicle, at: datetime) -> None:
    booting.boot_vehicle(
        plate=car.plate,
        region=car.region,
        device=casing.free_devices()[-1].number,
        spot=Spot(WHERE[scene.cast.slug][0], "north side"),
        by=scene.cast.officers[0],
        at=at,
    )


def _tow(scene: Scene, car: people.Vehicle, at: datetime) -> None:
    tows.tow_vehicle(
        plate=car.plate,
        region=car.region,
        lot=LOTS[scene.cast.slug],
        tower="Ray's Towing",
        by=scene.cast.officers[0],
        at=at,
    )


def _pay(scene: Scene, car: people.Vehicle, at: datetime) -> None:
    """The owner pays everything at the counter, and the vehicle goes by itself."""
    for case in casing.cases(State.BOOTED):
        if (case.plate_text, case.region) == (car.plate, car.region):
            shown = casing.now(case, at=at)
            for debt in shown.debts:
                scene.pay("citation", debt.citation.number, at)
            for fee in shown.fees:
                scene.pay(fee.kind, fee.reference, at)
