"""What a plate reader saw, in the same words whoever made the reader."""

from dataclasses import dataclass
from datetime import datetime

from parkops.kernel.plates import plate_key

MOST_READS = 50
"""A message brings no more reads than this; a picture holds far fewer plates."""

LONGEST_TEXT = 32
_NO_PLATE = {"UNKNOWN", "NOPLATE", "NONE", "NULL", "UNREADABLE"}


class Unreadable(Exception):
    """A message is not what its vendor sends; `str(error)` says what is missing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read the plate, and how sure the reader is of it, from 0 to 1."""

    plate: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One plate on one picture. An instant without an offset is by the clock of the camera's place.

    `event` is the vendor's own name of it, the same when it is sent again; empty where it has none.
    """

    plate: str
    taken_at: datetime | None = None
    share: float | None = None
    region: str = ""
    candidates: tuple[Candidate, ...] = ()
    event: str = ""
    device: str = ""
    direction: str = ""
    lat: float | None = None
    lon: float | None = None
    picture: bytes = b""
    picture_ref: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says: its reads; and where there are none, why not."""

    reads: tuple[Read, ...] = ()
    note: str = ""


def has_plate(text: str) -> bool:
    """Return whether a reader's text is a plate: not masked, not a word for none, not too long."""
    try:
        return len(text) <= LONGEST_TEXT and plate_key(text) not in _NO_PLATE
    except ValueError:
        return False


def told(reads: list[Read]) -> Told:
    """Return the reads that have a plate, and say so where none has."""
    found = tuple(read for read in reads if has_plate(read.plate))[:MOST_READS]
    return Told(found, "" if found else "The message has no plate that can be read.")
