"""What a file of zones holds: zones to add to a programme, and why the rest is none."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from parkops.kernel.codes import code_key
from parkops.programme.shapes import is_geometry
from parkops.programme.source import UNSTORABLE

LONGEST_TEXT = 200
LONGEST_CODE = 24
MOST_ZONES = 2000
MOST_CORNERS = 200_000

KINDS = ("lot", "garage", "street", "area")
KIND_WORDS = {
    "garage": "garage parkade deck ramp structure underground multi-storey parkhaus",
    "street": "street curb kerb avenue road roadside on-street onstreet block meter",
    "area": "area campus zone district neighborhood neighbourhood",
    "lot": "lot car-park carpark surface",
}


class Unreadable(ValueError):
    """Why a file holds no zones at all, and what would be right."""


@dataclass(frozen=True, slots=True)
class ZoneProposal:
    """A zone that a file proposes: keys of the programme's zone, and rates for it.

    `place` says where in the file it stands, `notes` what of it could not be expressed. One that
    is not `for_parking`, such as a bus stop, is not ticked at first.
    """

    place: str
    code: str
    name: str
    kind: str
    geometry: dict[str, Any]
    capacity: dict[str, int] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    rates: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    for_parking: bool = True

    @property
    def document(self) -> dict[str, Any]:
        """The zone as the programme file writes it."""
        capacity = {"capacity": self.capacity} if self.capacity else {}
        told = {"code": self.code, "name": self.name, "kind": self.kind}
        return {**told, **capacity, **self.rules, "geometry": self.geometry}


def packed(proposals: Iterable[ZoneProposal]) -> str:
    """Return proposals as a text that a page gives back; see `unpacked`."""
    return json.dumps([asdict(proposal) for proposal in proposals], separators=(",", ":"))


def unpacked(text: str) -> list[ZoneProposal]:
    """Return the proposals of a text that a page gave back.

    :raises Unreadable: if it is not one that `packed` wrote.
    """
    try:
        return [ZoneProposal(**_listed(told)) for told in json.loads(text)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable("What was read is not here any more. Choose the file again.") from None


def _listed(told: dict[str, Any]) -> dict[str, Any]:
    """The fields of a proposal, of the types that JSON loses and no other."""
    is_text = all(isinstance(told[key], str) for key in ("place", "code", "name", "kind"))
    is_plain = all(isinstance(told[key], dict) for key in ("geometry", "capacity", "rules"))
    is_list = all(isinstance(told[key], list) for key in ("rates", "notes"))
    is_whole = is_text and is_plain and is_list and is_geometry(told["geometry"])
    if not is_whole or not told["rules"].keys() <= RULES:
        raise TypeError
    if not all(isinstance(rate, dict) and rate.keys() <= PRICES for rate in told["rates"]):
        raise TypeError
    return {**told, "rates": tuple(told["rates"]), "notes": tuple(map(str, told["notes"]))}


RULES = {"enforced", "max_stay"}
PRICES = {"when", "per_hour", "max"}


@dataclass(frozen=True, slots=True)
class FeatureRefusal:
    """Something of a file that is no zone: where it stands, what it is called, and why not."""

    place: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its format, the zones, what was refused, and its features' properties."""

    format: str
    proposals: tuple[ZoneProposal, ...] = ()
    refusals: tuple[FeatureRefusal, ...] = ()
    properties: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Codes:
    """Gives out codes, each once."""

    taken: set[str] = field(default_factory=set)

    def propose(self, text: str, fallback: str) -> str:
        """Return a code made of `text`, or of `fallback` where that has no letters or digits."""
        base = code_of(text) or code_of(fallback)
        code, n = base, 1
        while code_key(code) in self.taken:
            n += 1
            code = f"{base[: LONGEST_CODE - len(str(n)) - 1].rstrip('-')}-{n}"
        self.taken.add(code_key(code))
        return code


def code_of(text: str) -> str:
    """Return a text as a code: "North lot (A)" is NORTH-LOT-A; empty if it has nothing of one."""
    words = re.findall(r"[\w]+", unicodedata.normalize("NFC", text[:400]))
    return "-".join(words).upper()[:LONGEST_CODE].strip("-_")


def text_of(value: object) -> str:
    """Return a property as a text on one line; empty for what is none."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(UNSTORABLE.sub(" ", str(value)).split())


def whole_of(value: object) -> int | None:
    """Return a property as a number of spaces: 12, 12.0 and "12" are 12; None for what is none."""
    text = text_of(value).replace(",", "")
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def whole_between(value: object, least: int, most: int) -> int | None:
    """Return a whole number of JSON that is from `least` to `most`, or None."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and least <= value <= most else None


def kind_of(geometry: Mapping[str, Any], *texts: str) -> str:
    """Return what kind of zone the words and the shape suggest."""
    words = set(re.findall(r"[\w-]+", " ".join(texts).casefold()))
    for kind, known in KIND_WORDS.items():
        if kind != "area" and words & set(known.split()):
            return kind
    if "Line" in geometry["type"]:
        return "street"
    return "area" if words & set(KIND_WORDS["area"].split()) else "lot"


def too_long(name: str, text: str) -> str:
    """Return why a text is too long to be a name, or nothing."""
    if len(text) <= LONGEST_TEXT:
        return ""
    return f"Its {name} has {len(text):,} characters. Write at most {LONGEST_TEXT}."
