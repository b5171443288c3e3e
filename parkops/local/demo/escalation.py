"""The demonstration's unpaid citations go on: owners looked up, letters, a collector's file."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from enforcement.models import Citation
from enforcement.operations import advance, citations, hand_overs, letters, owners
from enforcement.operations.citations import Draft
from enforcement.queries import escalation
from enforcement.queries import owners as asking
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene

DAY = timedelta(days=1)
WHERE = {"campus": ("MAPLE", "NO-PERMIT"), "town": ("RIVER", "NO-RIGHT")}
OLD = {"campus": 97, "town": 82}
"""So many days ago some were cited who never paid: they are with the collector by now."""


def acts(scene: Scene) -> list[Act]:
    """Return when strangers are cited, when their owners are asked for, and what comes of it."""
    cited = [(scene.when(-OLD[scene.cast.slug], 10 + n), partial(_cite, scene)) for n in range(4)]
    return [
        *cited,
        (scene.when(-6, 9), partial(_ask, scene)),
        (scene.when(-5, 9), partial(_answer, scene)),
        (scene.when(-4, 9), partial(_print, scene)),
        (scene.when(-3, 9), partial(_hand_over, scene)),
        (scene.when(-1, 9), partial(_pay_one, scene)),
        (scene.when(-1, 15), partial(_name, scene)),
    ]


def _cite(scene: Scene, at: datetime) -> None:
    zone, violation = WHERE[scene.cast.slug]
    car = people.vehicle(scene.dice, scene.cast.slug)
    citation = citations.issue_citation(
        Draft(
            client_id=UUID(int=scene.dice.getrandbits(128)),
            plate=car.plate,
            region=car.region,
            zone=zone,
            violation=violation,
            issued_at=at,
        ),
        by=scene.cast.officers[0],
        at=at,
    ).citation
    expires_on = citation.issued_on.replace(day=1) + timedelta(days=31 * 5)
    owners.note_vehicle(
        citation.number,
        vehicle=f"{car.color} {car.make}",
        plate_expires_on=expires_on.replace(day=1),
        by=scene.cast.officers[0],
        at=at,
    )


def _ask(scene: Scene, at: datetime) -> None:
    advance.advance_citations(at=at)
    found = [citation.number for citation in asking.without_owner()[:6]]
    batch = owners.make_owner_batch(found, by=scene.cast.clerk, at=at)
    owners.lock_batch(batch.number, by=scene.cast.clerk, at=at)


def _answer(scene: Scene, at: datetime) -> None:
    """The register answers: some match, one has another make, and one is not found."""
    batch = asking.batches().first()
    if batch is None:
        return
    lines = ["plate,region,record_on,name,address,make,plate_expires_on"]
    for place, row in enumerate(asking.rows(batch)[:-1]):
        citation = row.request.citation
        person = people.person(scene.dice, scene.cast.slug, 900 + place)
        make = "Peugeot" if place == 1 else citation.vehicle_seen.partition(" ")[2] or "Ford"
        expires = citation.plate_expires_on.isoformat() if citation.plate_expires_on else ""
        street = f"{scene.dice.randrange(1, 200)} Elm Street|Millbrook"
        lines.append(
            f"{citation.plate_text},{citation.region},{at.date()},{person.name},{street},"
            f"{make},{expires}"
        )
    content = "\n".join(lines).encode()
    owners.bring_answers(batch.number, content, by=scene.cast.clerk, at=at)
    owners.accept_matching(batch.number, by=scene.cast.clerk, at=at)


def _print(scene: Scene, at: datetime) -> None:
    batch = letters.make_letter_batch(by=scene.cast.clerk, at=at)
    letters.mark_sent(batch.number, by=scene.cast.clerk, at=at + timedelta(hours=2))


def _hand_over(scene: Scene, at: datetime) -> None:
    advance.advance_citations(at=at)
    hand_overs.hand_over("collections", by=scene.cast.clerk, at=at)


def _pay_one(scene: Scene, at: datetime) -> None:
    """One of those with the collector pays after all: it is to be taken back."""
    row = escalation.handed_over("collections").last()
    if row is not None:
        scene.pay("citation", row.citation.number, at)


def _name(scene: Scene, at: datetime) -> None:
    """The clerk knows an owner: a letter waits."""
    known = Citation.objects.unpaid().filter(owners=None, plate_missing=False).exclude(stage="")
    citation = known.order_by("issued_at", "pk").last()
    if citation is not None:
        owners.name_owner(
            citation.number,
            name="Robin Roadside",
            address="7 Mill Lane\nMillbrook",
            by=scene.cast.clerk,
            at=at,
        )
