"""Who comes to the demonstration for a day: guests of departments and of events, and who texts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from parkops.customers import operations as customers
from parkops.kernel.actors import PUBLIC, Actor
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from parkops.messaging.texts import operations as texts
from parkops.messaging.texts.providers import Inbound
from permits import operations as permits
from permits.models import Department, StayOrder
from permits.rules.event_lists import Visitor
from permits.rules.plates import Plate

DAY = timedelta(days=1)
OPENED, CLOSED = 58, 12
"""So many days before today departments open, and some of them close."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A department: its quota, and the code it hands out."""

    name: str
    unit: str
    quota: int | None
    code: str = ""
    share: int = 100
    closes: bool = False


PAYERS = {
    "campus": (
        Payer("Admissions", "hours", 120, "Campus tours"),
        Payer("School of Music", "uses", 9, "Recital guests", share=50),
        Payer("Conference services", "money", None, "Speakers"),
        Payer("Summer session", "hours", 40, closes=True),
    ),
    "town": (
        Payer("Town hall", "hours", 60, "Council hearings"),
        Payer("Millbrook Library", "uses", 9, "Story hour", share=50),
        Payer("Harbor festival", "money", None, closes=True),
    ),
}
ZONES = {"campus": ("ARENA", "LOOP"), "town": ("RIVER",)}
MINUTES = (30, 60, 60, 90, 120)
WHY = ("Interview", "Guest lecture", "Delivery of instruments", "", "", "Panel")


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event of the first department: days from today, hours, passes by name and as codes, and
    how many of the codes somebody took."""

    name: str
    days: int
    hours: tuple[int, int]
    named: int
    codes: int
    taken: int
    price_minor: int = 400


OCCASIONS = {
    "campus": (
        Occasion("Preview day for families", -9, (9, 16), 12, 6, 4),
        Occasion("Alumni concert", 2, (18, 23), 0, 12, 12, 600),
        Occasion("Robotics final", 6, (8, 19), 9, 20, 7),
    ),
    "town": (
        Occasion("Choir evening", -6, (18, 22), 8, 4, 3),
        Occasion("Market hall opening", 3, (9, 14), 0, 10, 10),
        Occasion("Regatta", 8, (7, 18), 6, 14, 5),
    ),
}
# Days back, hour and minute of the day, the phone's end, what it says.
TEXTS = {
    "campus": (
        (6, 8, 55, "0142", "PARK LOOP {plate} 1H"),
        (6, 9, 40, "0142", "EXTEND 30"),
        (4, 18, 20, "0175", "PARK LOOP {plate} 90"),
        (4, 18, 50, "0175", "END"),
        (3, 10, 5, "0118", "PARK NOWHERE {plate} 2H"),
        (3, 10, 6, "0118", "HELP"),
        (2, 11, 15, "0163", "ESTACIONAR ARENA {plate} 2H"),
        (1, 19, 5, "0175", "PARK ARENA {plate} 3H"),
        (1, 9, 30, "0107", "where do i pay"),
        (1, 9, 31, "0107", "STOP"),
    ),
    "town": (
        (5, 9, 20, "0131", "PARK RIVER {plate} 2H"),
        (3, 20, 30, "0154", "PARK RIVER {plate} 1H30"),
        (3, 21, 0, "0154", "FIN"),
        (2, 12, 10, "0188", "STATIONNER RIVER {plate} 1H"),
        (2, 12, 12, "0188", "AIDE"),
        (1, 13, 45, "0131", "PARK MILL-ST {plate} 1H"),
        (1, 13, 50, "0190", "ARRET"),
    ),
}


def acts(scene: Scene) -> list[Act]:
    """Return what departments, events and phones do in the season, each with its time."""
    slug = scene.cast.slug
    found: list[Act] = []
    for place, payer in enumerate(PAYERS[slug]):
        found.append((scene.when(-OPENED, 9, 10 * place), partial(_open, scene, payer)))
    for occasion in OCCASIONS[slug]:
        made = scene.when(min(occasion.days, 0) - 7, 11)
        found.append((made, partial(_announce, scene, occasion)))
    for back, hour, minute, end, words in TEXTS[slug]:
        said = words.format(plate=_plate(scene, end).text)
        found.append((scene.when(-back, hour, minute), partial(_text, scene, end, said)))
    return found


def _open(scene: Scene, payer: Payer, at: datetime) -> None:
    """A department opens, hands out a code, and pays for guests until today."""
    slug, clerk = scene.cast.slug, scene.cast.clerk
    word = payer.name.lower().replace(" ", ".")
    account = customers.register_customer(
        email=f"{word}@{slug}.example", name=payer.name, by=clerk, at=at
    )
    department = permits.open_department(
        name=payer.name,
        customer_id=account.pk,
        zones=ZONES[slug],
        validators=[f"customer@{slug}.example"],
        unit=payer.unit,
        quota=payer.quota,
        longest_minutes=240,
        by=clerk,
        at=at,
    )
    code = ""
    if payer.code:
        code = permits.make_code(
            str(department.reference),
            name=payer.code,
            minutes=120,
            share=payer.share,
            opens_at=at,
            closes_at=at + 180 * DAY,
            by=clerk,
            at=at,
        ).code
    last = CLOSED if payer.closes else 0
    for back in range(OPENED - 1, last, -1):
        when = scene.when(-back, 10, scene.dice.randrange(280))
        if when.weekday() < 5 and scene.dice.random() < 0.3:
            scene.then(when, partial(_guest, scene, department, code))
    if payer.closes:
        reference = str(department.reference)
        scene.do(scene.when(-last, 17), permits.close_department, reference, by=clerk)


def _guest(scene: Scene, department: Department, code: str, at: datetime) -> None:
    """A guest of a department comes: with its code, or with a plate that it typed."""
    dice = scene.dice
    told: dict[str, Any] = {
        "plate": _plate(scene),
        "zone_code": ZONES[scene.cast.slug][0],
        "minutes": dice.choice(MINUTES),
        "at": at,
    }
    if code and dice.random() < 0.5:
        order: StayOrder = permits.order_stay(**told, code=code, by=PUBLIC)
        scene.pay("session", order.number, at)
        return
    by = Actor("customer", str(department.customer_id), department.name)
    permits.validate_plate(str(department.reference), **told, comment=dice.choice(WHY), by=by)


def _announce(scene: Scene, occasion: Occasion, at: datetime) -> None:
    """An event is made and its passes are given; some are taken, one is withdrawn."""
    slug, dice, clerk = scene.cast.slug, scene.dice, scene.cast.clerk
    payer = Department.objects.filter(name=PAYERS[slug][0].name).get()
    first, last = occasion.hours
    event = permits.make_event(
        name=occasion.name,
        department=str(payer.reference),
        zone_code=ZONES[slug][0],
        starts_at=scene.when(occasion.days, first),
        ends_at=scene.when(occasion.days, last),
        price_minor=occasion.price_minor,
        by=clerk,
        at=at,
    )
    reference = str(event.reference)
    if occasion.named:
        named = [_visitor(scene, slug, n) for n in range(occasion.named)]
        passes = permits.add_passes(reference, visitors=named, by=clerk, at=at)
        permits.revoke_event_pass(passes[-1].code, by=clerk, at=at + timedelta(hours=1))
    codes = permits.add_passes(reference, codes=occasion.codes, by=clerk, at=at)
    for row in dice.sample(codes, occasion.taken):
        when = at + timedelta(hours=dice.uniform(2, 6 * 24))
        scene.do(when, permits.take_event_pass, row.code, plate=_plate(scene))


def _visitor(scene: Scene, slug: str, place: int) -> Visitor:
    """Invent who is invited: every third has told no plate yet."""
    person = people.person(scene.dice, slug, 900 + place)
    plate = None if place % 3 == 2 else _plate(scene)
    return Visitor(plate, person.name, person.email)


def _text(scene: Scene, end: str, words: str, at: datetime) -> None:
    """A phone texts; what it has to pay is paid a minute later."""
    phone = f"+1503555{end}"
    texts.receive(Inbound(f"demo-{at:%j%H%M}-{end}", phone, "", words), at=at)
    for order in StayOrder.objects.filter(phone=phone, settled_at=None, ordered_at=at):
        scene.then(at + timedelta(minutes=1), partial(scene.pay, "session", order.number))


def _plate(scene: Scene, of: str = "") -> Plate:
    """Return an invented plate; the same one for the same phone."""
    dice = Random(of) if of else scene.dice  # noqa: S311
    return people.vehicle(dice, scene.cast.slug).read
