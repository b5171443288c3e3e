"""What the demonstration has at the kerb: chalked vehicles to go back to, numbers that officers took along,
and placards that were shown after all."""

import io
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from enforcement.operations import citations, cures, numbers, observations
from enforcement.operations.citations import Draft
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene

STREETS = {"campus": ("LOOP", "Loop Drive, south side"), "town": ("MILL-ST", "Mill St, 200 block")}
CHALKED = (118, 112, 95, 20)
"""So many minutes ago vehicles were chalked where two hours are allowed."""
TAKEN = 6
CURED = ("campus", "ARENA", "ACCESSIBLE")


def acts(scene: Scene) -> list[Act]:
    """Return when vehicles are chalked, numbers allotted and spoiled, and placards shown."""
    if not scene.cast.officers:
        return []
    found: list[Act] = [(scene.when(-2, 9), partial(_take_along, scene))]
    found += [(scene.until - timedelta(minutes=ago), partial(_chalk, scene)) for ago in CHALKED]
    if scene.cast.slug == CURED[0]:
        hours = ((-3, False), (-2, True), (-1, None))
        found += [(scene.when(day, 11), partial(_cite, scene, is_shown)) for day, is_shown in hours]
    return found


def _chalk(scene: Scene, at: datetime) -> None:
    zone, face = STREETS[scene.cast.slug]
    car = people.vehicle(scene.dice, scene.cast.slug)
    observations.observe(
        plate=car.plate,
        region=car.region,
        zone=zone,
        seen_at=at,
        valve="3/9",
        block_face=face,
        by=scene.cast.officers[0],
        at=at,
    )


def _take_along(scene: Scene, at: datetime) -> None:
    """An officer takes numbers along; one is torn, one comes back, the others stay on the phone."""
    officer, device = scene.cast.officers[-1], UUID(int=scene.dice.getrandbits(128))
    taken = numbers.allot_numbers(device, TAKEN, officer, at)
    told = "Torn in the printer."
    numbers.spoil_number(taken[0].number, reason=told, by=officer, at=at + timedelta(hours=2))
    numbers.give_back_numbers(device, officer, at + timedelta(hours=8), only=[taken[-1].number])


def _cite(scene: Scene, is_shown: bool | None, at: datetime) -> None:
    """A car without a placard; its owner shows one: accepted, not accepted, or not looked at yet."""
    _, zone, violation = CURED
    car = people.vehicle(scene.dice, scene.cast.slug)
    draft = Draft(
        client_id=UUID(int=scene.dice.getrandbits(128)),
        plate=car.plate,
        region=car.region,
        zone=zone,
        violation=violation,
        issued_at=at,
    )
    number = citations.issue_citation(draft, by=scene.cast.officers[0], at=at).citation.number
    scene.then(at + timedelta(hours=5), partial(_show, scene, number, is_shown))


def _show(scene: Scene, number: str, is_shown: bool | None, at: datetime) -> None:
    person = people.person(scene.dice, scene.cast.slug, 950)
    proof = cures.file_proof(
        number,
        name=person.name,
        email=person.email,
        text="It had fallen under the seat.",
        picture=_placard(),
        by=scene.cast.clerk,
        at=at,
    )
    if is_shown is not None:
        answer = "" if is_shown else "It ended last year. Send the one that holds now."
        scene.do(
            at + timedelta(hours=3),
            cures.decide_proof,
            proof.reference,
            is_accepted=is_shown,
            answer=answer,
            by=scene.cast.reviewer,
        )


def _placard() -> bytes:
    """Draw a placard."""
    image = Image.new("RGB", (480, 640), "#dfe6ea")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((60, 60, 420, 580), 24, fill="#1f5fa8")
    pen.ellipse((180, 20, 300, 140), fill="#dfe6ea")
    pen.text((240, 330), "PLACARD", fill="white", font=ImageFont.load_default(64), anchor="mm")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
