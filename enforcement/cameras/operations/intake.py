"""How what a camera sends is taken in: once, checked where it is sure, kept for a person where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from enforcement.cameras import queries, rules
from enforcement.cameras.models import Camera, PlateRead
from enforcement.cameras.reads import Read
from enforcement.cameras.rules import State
from enforcement.models import PlateCheck
from enforcement.operations import checks as checking
from enforcement.operations import pictures
from enforcement.operations.pictures import Picture
from enforcement.queries import checks
from enforcement.queries.checks import Answer
from enforcement.queries.citations import tenant_zone
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.plates import plate_key

_MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the reads of one message."""

    checked: int = 0
    waiting: int = 0
    repeated: int = 0


def take_in(camera_id: int, reads: Sequence[Read], *, digest: str, at: datetime) -> Taken:
    """Keep the reads of one message and check those that leave no doubt; one that came before is not
    kept again. `digest` names the message, for vendors whose reads have no names.

    :raises NotFound: if this tenant has no such camera.
    :raises Conflict: "camera_off" if it is switched off.
    """
    stored: list[Picture] = []
    try:
        with transaction.atomic():
            return _take_in(camera_id, reads, stored, digest=digest, at=at)
    except BaseException:
        for picture in stored:
            pictures.forget(picture)
        raise


def _take_in(
    camera_id: int, reads: Sequence[Read], stored: list[Picture], *, digest: str, at: datetime
) -> Taken:
    # The row of the camera is the lock: a message sent twice at once waits here for the first. What a
    # camera reads that another sends for is its own; one that is switched off is not heard.
    camera = Camera.objects.select_for_update(no_key=True).filter(pk=camera_id).first()
    if camera is None:
        raise NotFound("There is no such camera.")
    if camera.switched_off_at is not None:
        raise Conflict("camera_off", f"{camera.name} is switched off in the office.")
    carried = list(camera.carried.select_for_update(no_key=True).order_by("pk"))
    silent = {one.device for one in carried if one.switched_off_at is not None}
    reads = [read for read in reads if read.device not in silent]
    by_device = {one.device: one for one in carried}
    heard = {camera.pk, *(by_device[r.device].pk for r in reads if r.device in by_device)}
    Camera.objects.filter(pk__in=heard).update(heard_at=at)
    named = {read.event[:200] or f"{digest}:{place}": read for place, read in enumerate(reads)}
    before = PlateRead.objects.filter(camera__in=[camera, *carried], event__in=named)
    known = set(before.values_list("event", flat=True))
    rows = [
        _row(by_device.get(read.device, camera), event, read, stored, at=at)
        for event, read in named.items()
        if event not in known
    ]
    PlateRead.objects.bulk_create(rows)
    waiting = sum(row.state == State.WAITING for row in rows)
    return Taken(len(rows) - waiting, waiting, len(reads) - len(rows))


def _row(
    camera: Camera, event: str, read: Read, stored: list[Picture], *, at: datetime
) -> PlateRead:
    zone = tenant_zone()
    has_place = read.lat is not None and read.lon is not None
    row = PlateRead(
        camera=camera,
        event=event,
        zone_code=camera.zone_code,
        taken_at=rules.instant_of(_aware(read.taken_at, zone), received=at),
        received_at=at,
        plate_text=read.plate[:32],
        plate_key=plate_key(read.plate),
        region=read.region[:16],
        sure_share=read.share,
        candidates=[
            {"plate": one.plate[:32], "share": one.share}
            for one in read.candidates[:_MOST_CANDIDATES]
        ],
        device=read.device[:200],
        direction=read.direction[:40],
        lat=read.lat if has_place else camera.lat,
        lon=read.lon if has_place else camera.lon,
        picture_ref=read.picture_ref[:200],
    )
    if read.picture:
        _add_picture(row, read.picture, stored, zone)
    _decide(row, at=at)
    return row


def _decide(row: PlateRead, *, at: datetime) -> None:
    """Check the plate and settle the row with it, or leave it to a person and say why."""
    sure = queries.settings(at).sure
    row.state, row.because = State.WAITING, rules.doubts(row.sure_share, sure=sure)
    if row.because:
        return
    try:
        answer = checks.answers_to([queries.look_of(row, row.plate_text, row.region)])[0]
    except Refused as refusal:
        row.because = [f"It could not be checked. {refusal}"]
        return
    others = [one for one in answer.near_misses if one.plate_key != answer.key]
    row.because = rules.doubts(row.sure_share, sure=sure, look_alikes=others)
    if not row.because:
        settle(row, State.CHECKED, answer, by=actor_of(row.camera), at=at)


def settle(row: PlateRead, state: State, answer: Answer, *, by: Actor, at: datetime) -> None:
    """Keep the answer as a look of a camera or a reviewer, and note on the row what it came to."""
    checked = checking.keep_answer(answer, source=PlateCheck.Source.CAMERA, by=by, at=at)
    row.state, row.check_record = state, checked.record
    row.settled_text, row.region = answer.look.plate[:32], answer.look.region
    row.is_hit = rules.is_hit(answer.verdict.value, answer.alerts)


def actor_of(camera: Camera) -> Actor:
    """Return how the acts of a camera are signed."""
    return Actor("camera", str(camera.pk), camera.name)


def _add_picture(row: PlateRead, data: bytes, stored: list[Picture], zone: ZoneInfo) -> None:
    """Keep the picture; one that cannot be read is no reason to lose the plate."""
    try:
        picture = pictures.take_in(data, zone=zone)
    except Refused:
        return
    stored.append(picture)
    row.shown, row.original = picture.shown, picture.original
    row.original_sha256 = picture.original_sha256
    row.width, row.height = picture.width, picture.height


def _aware(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return at.replace(tzinfo=zone) if at is not None and at.tzinfo is None else at
