"""What is known of cameras and their reads."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from enforcement.cameras import rules
from enforcement.cameras.models import Camera, PlateRead, ReadErasure
from enforcement.queries.checks import Look
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from parkops.programme.schema import PlateReads


@dataclass(frozen=True, slots=True)
class Settings:
    """From which share on a read is checked by itself, and how long one without a hit is kept."""

    sure: float
    kept_for: timedelta
    sure_text: str
    keep_text: str


def settings(at: datetime) -> Settings:
    """Return what the program in force at `at` says; before there is one, what holds without a word."""
    try:
        said = programme.in_force(at).programme.plate_reads
    except Refused:
        said = PlateReads()
    return Settings(
        float(said.sure),
        said.keep.timedelta,
        rules.percent(float(said.sure)),
        str(said.keep.text),
    )


def key_hash(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def camera_with(key: str) -> Camera | None:
    """Return the camera with this key, switched off or not; None if this tenant has none.

    A key is found by its hash, so that the time it takes tells nothing of other keys.
    """
    if not key or len(key) > 200:
        return None
    return Camera.objects.filter(key_hash=key_hash(key), through=None).first()


def secret_of(camera: Camera) -> str:
    """Return what a camera may sign its messages with in place of sending its key: another one with
    each key, and not readable from the database."""
    salted = f"{connection.schema_name}:{camera.reference}:{camera.key_hash}"
    return salted_hmac("parkops.cameras", salted, algorithm="sha256").hexdigest()


def signed_camera(reference: str) -> Camera | None:
    """Return the camera that says that it signed a message; None if this tenant has none."""
    try:
        wanted = UUID(reference)
    except ValueError:
        return None
    return Camera.objects.filter(reference=wanted, through=None).first()


def camera(reference: UUID) -> Camera:
    """Return a camera.

    :raises NotFound: if this tenant has no such camera.
    """
    found = Camera.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such camera.")
    return found


def read(reference: UUID) -> PlateRead:
    """Return a read with its camera and its check.

    :raises NotFound: if there is none; it may have been erased.
    """
    rows = PlateRead.objects.select_related("camera", "check_record")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such read.")
    return found


def last_erasing() -> ReadErasure | None:
    """Return the newest record that the erasing ran."""
    return ReadErasure.objects.order_by("-ran_at", "-pk").first()


def waiting() -> QuerySet[PlateRead]:
    """Return the reads that wait for a person, the oldest first."""
    return PlateRead.objects.filter(state=rules.State.WAITING).order_by("taken_at", "pk")


def look_of(row: PlateRead, plate: str, region: str) -> Look:
    """Return the look at a plate where and when the read's picture was taken."""
    return Look(plate, region, row.zone_code, row.taken_at, row.lat, row.lon)
