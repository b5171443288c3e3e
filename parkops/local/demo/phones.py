"""The demonstration's phone without a signal: a paid session turns up late, a vehicle is cited twice."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from enforcement.operations import field_records
from enforcement.operations.field_records import Device
from enforcement.rules.field_records import Sent
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from permits.operations import stays
from permits.rules.plates import read_plates

PLACES = {"campus": ("ARENA", "NO-PERMIT"), "town": ("RIVER", "NO-RIGHT")}
MINUTE = timedelta(minutes=1)


def acts(scene: Scene) -> list[Act]:
    """Return what happens around noon of the last working day: two citations without a signal are held."""
    if not scene.cast.officers:
        return []
    back = next(days for days in (1, 2, 3) if scene.when(-days, 12).weekday() < 5)
    noon = scene.when(-back, 12)
    paid, twice = (people.vehicle(scene.dice, scene.cast.slug) for _ in range(2))
    return [
        (noon + 5 * MINUTE, partial(_park, scene, paid, noon - 2 * MINUTE)),
        (noon + 20 * MINUTE, partial(_send, scene, paid, noon - MINUTE / 2, 0)),
        (noon + 21 * MINUTE, partial(_send, scene, twice, noon - 40 * MINUTE, 0)),
        (noon + 25 * MINUTE, partial(_send, scene, twice, noon - 31 * MINUTE, 1)),
    ]


def _park(scene: Scene, car: people.Vehicle, start: datetime, at: datetime) -> None:
    """A pay app tells late of a stay that had begun."""
    zone, _ = PLACES[scene.cast.slug]
    (plate,) = read_plates([(car.plate, car.region)])
    stays.start_stay(
        plate=plate, zone_code=zone, start=start, minutes=60, by=scene.cast.clerk, at=at
    )


def _send(scene: Scene, car: people.Vehicle, then: datetime, which: int, at: datetime) -> None:
    """An officer's phone has a signal again and sends what was written."""
    zone, violation = PLACES[scene.cast.slug]
    officer = scene.cast.officers[which % len(scene.cast.officers)]
    sent = Sent(
        client_id=UUID(int=scene.dice.getrandbits(128)),
        kind="citation",
        seq=1,
        device_at=then,
        is_offline=True,
        told="unauthorized",
        data={"plate": car.plate, "region": car.region, "zone": zone, "violation": violation},
    )
    device = Device(UUID(int=scene.dice.getrandbits(128)), at)
    field_records.take_record(sent, device=device, by=officer, at=at)
