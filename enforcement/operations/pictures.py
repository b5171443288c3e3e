"""How pictures are taken in: decoded, turned upright, written anew without what cameras add."""

import hashlib
import io
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from parkops.kernel.decisions import Refused

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_EXIF_DETAILS = 0x8769


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is stored: the one to show (JPEG), the original, their hashes, when it was taken."""

    shown: str
    shown_sha256: str
    original: str
    original_sha256: str
    original_type: str
    width: int
    height: int
    taken_at: datetime | None

    @property
    def kept(self) -> dict[str, Any]:
        """What a `KeptPicture` keeps of it."""
        told = asdict(self)
        del told["taken_at"]
        return told


def take_in(data: bytes, *, zone: ZoneInfo, field: str = "photo") -> Picture:
    """Store a picture and return what is known of it. Times without an offset are in `zone`.

    The original is kept as it came, as evidence; what is shown has been decoded and written anew.

    :raises Refused: if it is no JPEG, PNG or WebP picture, or too large.
    """
    upright, kind, taken_at = _decoded(data, zone, field)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A copy of the pixels alone: no metadata of the original goes with it.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True)
    name = uuid4()
    return Picture(
        shown=default_storage.save(f"evidence/{name}.jpg", ContentFile(out.getvalue())),
        shown_sha256=hashlib.sha256(out.getvalue()).hexdigest(),
        original=default_storage.save(f"evidence/{name}.original", ContentFile(data)),
        original_sha256=hashlib.sha256(data).hexdigest(),
        original_type=kind,
        width=clean.width,
        height=clean.height,
        taken_at=taken_at,
    )


def seen(data: bytes, *, zone: ZoneInfo, field: str = "picture") -> Image.Image:
    """Return a picture upright, to be looked at once; nothing is stored.

    :raises Refused: if it is no JPEG, PNG or WebP picture, or too large.
    """
    upright = _decoded(data, zone, field)[0]
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def forget(picture: Picture) -> None:
    """Remove the files of a picture that no row came to name."""
    default_storage.delete(picture.shown)
    default_storage.delete(picture.original)


def _decoded(data: bytes, zone: ZoneInfo, field: str) -> tuple[Image.Image, str, datetime | None]:
    """Return a picture upright, what it came as, and when it was taken if it says so."""
    if len(data) > MOST_BYTES:
        raise Refused("too_large", "A picture may have at most 15 MiB.", field=field)
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("too_large", "A picture may have 40 million pixels.", field=field)
            kind = FORMATS[image.format or ""]
            taken_at = _taken_at(image, zone)
            return ImageOps.exif_transpose(image).convert("RGB"), kind, taken_at
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError) as error:
        told = "This is not a JPEG, PNG or WebP picture that can be read."
        raise Refused("picture", told, field=field) from error


def _taken_at(image: Image.Image, zone: ZoneInfo) -> datetime | None:
    details = image.getexif().get_ifd(_EXIF_DETAILS)
    try:
        taken = datetime.strptime(str(details.get(_TAKEN, "")), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        offset = _offset(str(details.get(_TAKEN_OFFSET, "")))
        return taken.replace(tzinfo=offset or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # A camera that says nothing of when, or what was never.


def _offset(text: str) -> timezone | None:
    try:
        hours, minutes = int(text[1:3]), int(text[4:6])
    except ValueError:
        return None
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text.startswith("-") else span)
