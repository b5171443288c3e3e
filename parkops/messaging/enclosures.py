"""Papers that go out with a message, made when it is delivered by the app that knows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is attached to a message."""

    name: str
    content: bytes
    content_type: str = "application/pdf"


Maker = Callable[[str, datetime], Enclosure | None]
_makers: dict[str, Maker] = {}


def register(kind: str, maker: Maker) -> None:
    """Let `maker(name, at)` make what is enclosed as `kind:name`; None where there is nothing to enclose."""
    _makers[kind] = maker


def made(enclosed: str, *, at: datetime) -> Enclosure | None:
    """Return the file that a message encloses, None where it encloses none."""
    kind, _, name = enclosed.partition(":")
    return _makers[kind](name, at) if kind else None
