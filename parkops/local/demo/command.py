"""Hearings and field command in the demonstration: times, beats, calls, incidents, where officers are."""

from datetime import datetime, timedelta
from functools import partial
from operator import mul
from random import Random
from uuid import UUID

from enforcement.operations import beats, calls, hearings, positions
from enforcement.operations.calls import Happened, Told
from enforcement.rules import hearings as rules
from parkops.kernel.actors import PUBLIC
from parkops.kernel.dates import local_date
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Cast, Scene
from parkops.programme import queries as programme

BEATS = {
    "campus": (("Main campus", ("LIBRARY", "SCIENCE")), ("Arena and Maple", ("ARENA", "MAPLE"))),
    "town": (("Old town", ("OLDTOWN", "MILL-ST")), ("River", ("RIVER",))),
}
ROOMS = {"campus": "Parking office, room 2", "town": "Town hall, room 204"}
CALLS = (
    ("blocked_driveway", "A van stands in front of our gate; nobody is in it.", "cited"),
    ("accessible", "No placard in the window since this morning.", "gone"),
    ("equipment", "The sign by the exit lies on the ground.", "passed_on"),
    ("no_right", "The same car every night.", "allowed"),
    ("abandoned", "Flat tires, leaves on the roof.", ""),
    ("blocked_way", "A truck on the crossing by the school.", ""),
    ("other", "Somebody left the lights on.", ""),
)
INCIDENTS = (
    ("damage", "A bollard was bent by a reversing truck; the driver left a note."),
    ("threat", "A driver shouted and stood in the way. I left and came back with a colleague."),
    ("hazard", "Ice at the foot of the ramp; the caretaker was told."),
)


def acts(scene: Scene) -> list[Act]:
    """Return when times for hearings are opened, beats made, calls taken and worked off."""
    found: list[Act] = [
        (scene.when(-40, 9), partial(_prepare, scene)),
        (scene.until - timedelta(minutes=4), partial(_be_seen, scene)),
    ]
    for place, (kind, text, outcome) in enumerate(CALLS):
        back = timedelta(days=6 - place) if outcome else timedelta(minutes=20 * (8 - place))
        found.append((scene.until - back, partial(_call, scene, kind, text, outcome)))
    for place, (kind, text) in enumerate(INCIDENTS):
        at = scene.until - timedelta(days=3 * place + 1)
        found.append((at, partial(_incident, scene, kind, text)))
    return found


def _prepare(scene: Scene, at: datetime) -> None:
    reviewer = scene.cast.staff["admin"]
    times = rules.starts(
        local_date(at, scene.zone) + timedelta(days=2),
        scene.today + timedelta(days=21),
        weekdays=[1, 3],
        begins=9 * 60,
        ends=11 * 60,
        minutes=30,
        zone=scene.zone,
    )
    hearings.open_slots(
        times,
        minutes=30,
        place=ROOMS[scene.cast.slug],
        video="https://meet.example.org/parking",
        by=reviewer,
        at=at,
    )
    for (name, zones), officer in zip(BEATS[scene.cast.slug], scene.cast.officers, strict=False):
        beat = beats.save_beat(name=name, zones=zones, by=scene.cast.clerk, at=at)
        beats.give_duty(
            officer.ref, beat=beat.reference, on=scene.today, by=scene.cast.clerk, at=at
        )


def _call(scene: Scene, kind: str, text: str, outcome: str, at: datetime) -> None:
    dice = scene.dice
    name = f"{dice.choice(people.FIRST)} {dice.choice(people.LAST)}"
    zones = [zone for _, own in BEATS[scene.cast.slug] for zone in own]
    call = calls.take_call(
        Told(
            kind,
            client_id=UUID(int=dice.getrandbits(128)),
            text=text,
            zone=dice.choice(zones),
            plate=people.vehicle(dice, scene.cast.slug).plate,
            caller=name,
            email=f"{kind.replace('_', '.')}@{scene.cast.slug}.example",
        ),
        by=PUBLIC,
        at=at,
    )
    officer = dice.choice(scene.cast.officers)
    if kind == "other":
        return
    minutes = dice.uniform(2, 6)
    scene.do(
        at + timedelta(minutes=minutes),
        calls.assign_call,
        call.number,
        to=officer.ref,
        by=scene.cast.clerk,
    )
    scene.do(at + timedelta(minutes=minutes + 3), calls.accept_call, call.number, by=officer)
    if outcome:
        scene.do(at + timedelta(minutes=18), calls.arrive_at_call, call.number, by=officer)
        done = at + timedelta(minutes=27)
        scene.do(done, calls.finish_call, call.number, outcome=outcome, by=officer)


def _incident(scene: Scene, kind: str, text: str, at: datetime) -> None:
    told = Happened(kind, text, at, zone=scene.dice.choice(BEATS[scene.cast.slug])[1][0])
    calls.record_incident(told, by=scene.dice.choice(scene.cast.officers), at=at)


def _be_seen(scene: Scene, at: datetime) -> None:
    """One officer agreed that their position is sent."""
    officer = scene.cast.officers[0]
    positions.agree(by=officer, at=at)
    walk(scene.cast, scene.dice, at)


def walk(cast: Cast, dice: Random, at: datetime) -> None:
    """The officer who agreed is seen somewhere in a zone of their beat, in another one every ten minutes."""
    named = BEATS[cast.slug][0][1]
    zones = programme.in_force(at).programme.zones
    placed = [zone.geometry for zone in zones if zone.code in named and zone.geometry]
    if placed:
        corners = _corners(placed[at.minute // 10 % len(placed)]["coordinates"])
        shares = [dice.uniform(0.5, 1.5) for _ in corners]
        lon, lat = (
            sum(map(mul, values, shares)) / sum(shares) for values in zip(*corners, strict=True)
        )
        positions.keep_position(lat, lon, 8, by=cast.officers[0], at=at)


def _corners(where: list) -> list[tuple[float, float]]:
    """The corners of a geometry, however deep its lists are."""
    if isinstance(where[0], int | float):
        return [(where[0], where[1])]
    return [corner for part in where for corner in _corners(part)]
