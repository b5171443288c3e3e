"""The demonstration's camera: what it is sure of is checked, three reads wait for a person."""

import io
from datetime import datetime, timedelta
from functools import partial

from PIL import Image, ImageDraw, ImageFont

from enforcement.cameras import operations
from enforcement.cameras.reads import Candidate, Read
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from permits.models import PlateRight

ZONE = "ARENA"
GRANTED = ("STAFF-YEAR", "COMMUTER")
NAME = "Arena garage, entry"
SURE, SEEN = 4, 3
_TWINS = {"B": "8", "8": "B", "O": "0", "0": "O", "S": "5", "5": "S", "Z": "2", "2": "Z"}
_PAINT = ("#4a5561", "#7d1f24", "#2f4a66", "#d9d9d4", "#1d1f21")


def acts(scene: Scene) -> list[Act]:
    """Return when the camera is put up and what it reads; only the campus has one."""
    if scene.cast.slug != "campus":
        return []
    return [(scene.until - timedelta(days=12), partial(_put_up, scene))]


def _put_up(scene: Scene, at: datetime) -> None:
    camera = operations.add_camera(
        name=NAME, vendor="rekor", zone=ZONE, by=scene.cast.staff["admin"], at=at
    ).camera
    for place in range(SURE + SEEN + 3):
        back = timedelta(minutes=9 * (SURE + SEEN + 3 - place))
        scene.then(scene.until - back, partial(_pass, scene, camera.pk, place))


def _pass(scene: Scene, camera: int, place: int, at: datetime) -> None:
    """A vehicle passes: first some with a right, then strangers, then those that leave a doubt."""
    known = _known(at)
    car = people.vehicle(scene.dice, scene.cast.slug)
    doubt = place - SURE - SEEN
    plate = known[place % len(known)] if known and place < SURE else car.plate
    share, others = 0.97, [plate]
    if doubt == 0:
        share, others = 0.71, [plate, _like(plate)]
    elif doubt == 1 and known:
        plate = _like(known[-1])
        share, others = 0.86, [plate, known[-1]]
    elif doubt == 2:
        share, others = 0.58, [plate, plate[:-1]]
    read = Read(
        plate=plate,
        taken_at=at,
        share=share,
        region="" if place < SURE or doubt == 1 else car.region,
        candidates=tuple(Candidate(one, share - 0.12 * n) for n, one in enumerate(others)),
        event=f"arena-{place}",
        device="Arena 1",
        direction="in",
        picture=_picture(plate, _PAINT[place % len(_PAINT)], blurred=doubt >= 0),
    )
    operations.take_in(camera, [read], digest="", at=at)


def _known(at: datetime) -> list[str]:
    """Return plates whose permit is for this zone."""
    rows = PlateRight.objects.filter(
        permit__type_code__in=GRANTED, starts_at__lte=at, ends_at__gt=at
    )
    return list(rows.order_by("pk").values_list("plate_text", flat=True)[: SURE + 1])


def _like(plate: str) -> str:
    """Return a plate that is read for this one in the rain: one character is another."""
    for place, letter in enumerate(plate):
        if letter in _TWINS:
            return plate[:place] + _TWINS[letter] + plate[place + 1 :]
    return plate[:-1] + ("7" if plate[-1] != "7" else "1")


def _picture(plate: str, paint: str, *, blurred: bool) -> bytes:
    """Draw the back of a vehicle with its plate; a blurred one has little light and few pixels."""
    image = Image.new("RGB", (960, 600), "#8c9196")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 420, 960, 600), fill="#5b5f63")
    pen.rounded_rectangle((180, 150, 780, 500), 60, fill=paint)
    pen.rounded_rectangle((260, 175, 700, 300), 30, fill="#20262b")
    for left in (205, 695):
        pen.rounded_rectangle((left, 325, left + 60, 370), 10, fill="#b3262b")
    for left in (230, 640):
        pen.rectangle((left, 480, left + 90, 540), fill="#17191b")
    pen.rounded_rectangle((360, 370, 600, 450), 8, fill="#f4f3ee", outline="#2b2b2b", width=3)
    pen.text((480, 410), plate, fill="#14213d", font=ImageFont.load_default(46), anchor="mm")
    if blurred:
        small = image.resize((120, 75))
        image = Image.blend(small.resize(image.size), Image.new("RGB", image.size, "#101418"), 0.35)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
