"""What a phone sends is understood: what was written down, when that was, what is missing."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from enforcement.rules.standing import may_be_without_plate
from parkops.kernel.plates import plate_key

CLOCKS_MAY_DIFFER_BY = timedelta(minutes=2)
"""A phone's clock that is off by no more is believed."""

LONGEST_WAIT = timedelta(days=31)
"""A record waits no longer on a phone: one that seems to was written by a clock that was years off."""

NEEDED = {
    "check": ("plate", "zone"),
    "chalk": ("plate", "zone"),
    "citation": ("plate", "zone", "violation"),
    "void": ("citation", "reason"),
    "note": ("citation", "text"),
}
"""What each kind of record has to say."""

ASKED = {
    "plate": "Which plate?",
    "zone": "In which zone?",
    "violation": "Which violation?",
    "citation": "Which citation?",
    "reason": "Say why it is voided.",
    "text": "What is the note?",
}
_LONGEST = {
    "plate": 32,
    "region": 16,
    "zone": 24,
    "violation": 40,
    "number": 40,
    "valve": 20,
    "block_face": 80,
    "vin": 32,
    "vehicle": 100,
}
MOST_ALSO = 20
VIN_LETTERS = 17
_HASH = re.compile(r"[0-9a-f]{64}")
_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
MOST_PHOTOS = 6
DEEPEST = 4
"""How deep lists within a record may be; what is below is no phone's."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a record does not say and has to: the field, and the question to ask."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as a phone sends it. `age` is how long ago it was written at least, by a clock that
    nobody can set but that rests while the phone sleeps; unknown once the page was opened anew."""

    client_id: UUID
    kind: str
    seq: int
    device_at: datetime
    age: timedelta | None = None
    is_offline: bool = False
    told: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text of the record, cut to what is kept; empty where it says nothing."""
        return str(self.data.get(name) or "").strip()[: _LONGEST.get(name, 1_000)]

    def number(self, name: str, most: float) -> float | None:
        """Return a number between -most and most, or None."""
        given = self.data.get(name)
        if isinstance(given, bool) or not isinstance(given, int | float):
            return None
        return float(given) if -most <= given <= most else None

    @property
    def also(self) -> tuple[str, ...]:
        """The codes of the further violations found at the same stop, each once, without the first."""
        given = self.data.get("also")
        codes = [str(one).strip()[: _LONGEST["violation"]] for one in given or ()]
        first = self.text("violation")
        return tuple(dict.fromkeys(code for code in codes if code and code != first))[:MOST_ALSO]

    @property
    def vin(self) -> str:
        """The VIN in capitals, without spaces."""
        return self.text("vin").replace(" ", "").upper()[:VIN_LETTERS]

    @property
    def is_without_plate(self) -> bool:
        """Whether it is about a vehicle that has no plate."""
        return self.kind == "citation" and self.data.get("without_plate") is True

    @property
    def photos(self) -> list[str]:
        """The hashes of the photos that follow."""
        given = self.data.get("photos")
        hashes = [str(one) for one in given] if isinstance(given, list) else []
        return [one for one in hashes if _HASH.fullmatch(one)][:MOST_PHOTOS]


def understood(raw: Any) -> Sent | list[Question]:
    """Return a record as it was sent, or what it has to say and does not."""
    given: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    data = _storable(given.get("data"))
    asked = [q for q in (_wrong(given, *check) for check in _FORM) if q is not None]
    if asked or not isinstance(data, dict):
        return asked or [Question("data", "Give what was written down.")]
    sent = Sent(
        client_id=UUID(given["id"]),
        kind=given["kind"],
        seq=given["seq"],
        device_at=datetime.fromisoformat(given["at"]).astimezone(UTC),
        age=_age(given.get("age_ms")),
        is_offline=bool(given.get("offline")),
        told=_text(given.get("told"))[:16],
        data=data,
    )
    needed = [n for n in NEEDED[sent.kind] if not (n == "plate" and sent.is_without_plate)]
    missing = [Question(name, ASKED[name]) for name in needed if not sent.text(name)]
    return missing or _unlike(sent) or sent


def happened_at(sent: Sent, *, sent_at: datetime, received_at: datetime) -> datetime:
    """Return when a record was written: what the phone's clock says, put right where it is off.

    `sent_at` is the phone's clock at the time of sending. Nothing was written after it was received.
    """
    waited = sent_at - sent.device_at
    if is_time_in_doubt(sent, sent_at=sent_at):
        # The clock was set right in between by years: all that is known is how long the phone was awake.
        waited = sent.age or timedelta()
    if sent.age is not None and waited < sent.age - CLOCKS_MAY_DIFFER_BY:
        # The clock was set back meanwhile: it was at least that long ago.
        waited = sent.age
    written = received_at - waited
    believed = abs(written - sent.device_at) <= CLOCKS_MAY_DIFFER_BY
    return min(sent.device_at if believed else written, received_at)


def is_time_in_doubt(sent: Sent, *, sent_at: datetime) -> bool:
    """Return whether nobody can tell from the phone's clock when a record was written."""
    return sent_at - sent.device_at > LONGEST_WAIT


def is_uuid(text: Any) -> bool:
    """Return whether `text` is the text of a UUID."""
    try:
        return isinstance(text, str) and bool(UUID(text))
    except ValueError:
        return False


def is_instant(text: Any) -> bool:
    """Return whether `text` is an instant with its offset, of a year that a phone can be in."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return at.tzinfo is not None and 2000 <= at.year < 2200


_FORM = (
    ("id", is_uuid, "Give the record's UUID."),
    (
        "kind",
        lambda kind: isinstance(kind, str) and kind in NEEDED,
        f"Give one of {', '.join(NEEDED)}.",
    ),
    (
        "seq",
        lambda seq: isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq < 2**53,
        "Give the record's place in the phone's order.",
    ),
    ("at", is_instant, "Give the phone's time with an offset, such as 2026-11-22T10:15:00-05:00."),
)


def _wrong(given: Mapping[str, Any], name: str, fits: Any, told: str) -> Question | None:
    return None if fits(given.get(name)) else Question(name, told)


def _storable(value: Any, depth: int = 0) -> Any:
    """Return what can be kept of what was sent: one letter that no text can hold, or a number that is
    none, must not keep a phone's other records from arriving."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | list) and depth > DEEPEST:
        return None
    if isinstance(value, list):
        return [_storable(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {_text(name): _storable(one, depth + 1) for name, one in value.items()}
    return value


def _text(given: Any) -> str:
    return _UNSTORABLE.sub("", str(given or ""))


def _age(given: Any) -> timedelta | None:
    is_one = isinstance(given, int | float) and not isinstance(given, bool)
    return timedelta(milliseconds=given) if is_one and 0 <= given <= 1e9 else None


def _unlike(sent: Sent) -> list[Question]:
    """What is said and is no plate, or names no record."""
    if sent.kind in ("void", "note"):
        fits = is_uuid(sent.text("citation"))
        return [] if fits else [Question("citation", "Name the citation by its record.")]
    if not isinstance(sent.data.get("also") or [], list):
        return [Question("also", "Give the further violations as a list of their codes.")]
    if sent.is_without_plate:
        apart = may_be_without_plate(
            plate=sent.text("plate"), vin=sent.text("vin"), vehicle=sent.text("vehicle")
        )
        return [] if apart else [Question(apart.field, apart.reason)]
    try:
        plate_key(sent.text("plate"))
    except ValueError as error:
        return [Question("plate", str(error))]
    return []
