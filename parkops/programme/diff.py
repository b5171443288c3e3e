"""What changes from one version of the programme to the next, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parkops.kernel.codes import code_key
from parkops.kernel.dates import Duration
from parkops.kernel.windows import Window, describe
from parkops.programme.fields import Part
from parkops.programme.geometry import positions
from parkops.programme.price_schema import Condition
from parkops.programme.schema import DayRange, Programme
from parkops.programme.violation_schema import NthWithin

KINDS = {
    "audiences": "Audience",
    "zones": "Zone",
    "permit_types": "Permit type",
    "violations": "Violation",
    "plans": "Payment plan",
}
FACTORS = {"factor", "times"}
MONTH_DAYS = {"year_start", "purge"}
DAYS = {"within", "after", "grace", "extension", "reinstate_within", "after_decision"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: of what (a part and its code), which fact, and what it was and becomes.

    Something added or retired has no fact, and one of `was` and `becomes` empty.
    """

    part: str
    code: str
    subject: str
    fact: str
    was: str
    becomes: str
    text: str


def describe_changes(old: Programme, new: Programme) -> list[str]:
    """Return a sentence for every change from `old` to `new`, in the order of the file."""
    lines = [difference.text for difference in differences(old, new)]
    return lines or ["Only the order or the notation of the file changes."]


def differences(old: Programme, new: Programme) -> list[Difference]:
    """Return every change from `old` to `new`, in the order of the file.

    Parts are matched by code: what is left out is retired. The order of parts says nothing.
    """
    rest = {*KINDS, "calendar_days", "events"}
    found = _changes("", "", "", _facts(old, skip=rest), _facts(new, skip=rest))
    found += _calendars(old, new)
    found += _named("events", "Event", dict(_keyed(old.events)), dict(_keyed(new.events)))
    for field, kind in KINDS.items():
        before = {code_key(part.code): part for part in getattr(old, field)}
        after = {code_key(part.code): part for part in getattr(new, field)}
        found += _named(
            field,
            kind,
            {key: f"{part.code} ({part.name})" for key, part in before.items()},
            {key: f"{part.code} ({part.name})" for key, part in after.items()},
        )
        for key, part in after.items():
            if key in before:
                name = f"{kind} {part.code}"
                found += _changes(field, part.code, name, _facts(before[key]), _facts(part))
    return found


def _named(part: str, kind: str, before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    def one(name: str, was: str, becomes: str, verb: str) -> Difference:
        code, text = name.split(" ")[0], f"{kind} {name} is {verb}."
        return Difference(part, code, f"{kind} {name}", "", was, becomes, text)

    added = [one(name, "", "added", "added") for key, name in after.items() if key not in before]
    retired = [
        one(name, "there", "", "retired") for key, name in before.items() if key not in after
    ]
    return added + retired


def _calendars(old: Programme, new: Programme) -> list[Difference]:
    before = {code_key(code): (code, days) for code, days in old.calendar_days.items()}
    after = {code_key(code): (code, days) for code, days in new.calendar_days.items()}
    found = _named(
        "calendars",
        "Calendar",
        {key: code for key, (code, _) in before.items()},
        {key: code for key, (code, _) in after.items()},
    )
    for key in after.keys() & before.keys():
        ours, theirs, code = before[key][1], after[key][1], after[key][0]
        gained = [_days(days) for days in theirs if days not in ours]
        lost = [_days(days) for days in ours if days not in theirs]
        name = f"Calendar {code}"
        if gained:
            told = _and(gained)
            text = f"{name}: with {told}."
            found.append(Difference("calendars", code, name, "days added", "", told, text))
        if lost:
            told = _and(lost)
            text = f"{name}: without {told}."
            found.append(Difference("calendars", code, name, "days taken out", told, "", text))
    return sorted(found, key=lambda difference: difference.text)


def _days(days: DayRange) -> str:
    return f"{days.first}" if days.first == days.last else f"{days.first} to {days.last}"


def _changes(
    part: str, code: str, name: str, before: dict[str, str], after: dict[str, str]
) -> list[Difference]:
    found = []
    for label in dict.fromkeys([*before, *after]):
        was, becomes = before.get(label), after.get(label)
        if was != becomes:
            subject = f"{name}: {label}" if name else label[:1].upper() + label[1:]
            text = f"{subject}, from {was or 'unset'} to {becomes or 'unset'}."
            where = part or _part_of(label)
            found.append(Difference(where, code, name, label, was or "", becomes or "", text))
    return found


TOP_PARTS = {
    name: name
    for name in (
        "tax",
        "shared",
        "sessions",
        "scofflaw",
        "fees",
        "refunds",
        "counter",
        "invoices",
        "eligibility",
        "retention",
        "appeals",
    )
} | {"year": "year_start"}
"""The part that a fact of the whole programme belongs to, by its first word."""


def _part_of(label: str) -> str:
    first, *others = label.split(" ")
    return f"plate_{others[0]}" if first == "plate" else TOP_PARTS.get(first, "programme")


def _facts(part: Part, path: str = "", skip: Iterable[str] = ()) -> dict[str, str]:
    """Every value set in a part, by where it stands, in words: "price base" is "9.00 USD"."""
    facts: dict[str, str] = {}
    for name, field in type(part).model_fields.items():
        if name in skip:
            continue
        key = (field.alias or name).replace("_", " ")
        label = f"{path} {key}".strip()
        facts |= _fact(label, name, getattr(part, name))
    return facts


def _fact(label: str, name: str, value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, Part):
        return _facts(value, label)
    if isinstance(value, tuple) and value and isinstance(value[0], Part):
        if len(value) == 1:
            return _facts(value[0], label)
        numbered = [_facts(part, f"{label} {n}") for n, part in enumerate(value, 1)]
        return {key: text for facts in numbered for key, text in facts.items()}
    text = _text(name, value)
    return {label: text} if text else {}


def _text(name: str, value: Any) -> str:
    if name in MONTH_DAYS and value:
        return f"{value[0]:02}-{value[1]:02}"
    if name == "season":
        return f"{value[0][0]:02}-{value[0][1]:02}..{value[1][0]:02}-{value[1][1]:02}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if name in FACTORS else f"{(value * 100).normalize():f}%"
    if isinstance(value, Duration):
        return value.text
    if isinstance(value, NthWithin):
        return {"programme-year": "the programme year", "days": f"{value.days} days"}.get(
            value.kind, f"{value.days} days without one"
        )
    if isinstance(value, tuple):
        return _sequence(value)
    if isinstance(value, dict):
        return _place(value) if value else ""
    if isinstance(value, int) and name in DAYS:
        return Duration(days=value).text
    return str(value)


def _sequence(value: Sequence[Any]) -> str:
    if value and isinstance(value[0], Window):
        return describe(value)
    if value and isinstance(value[0], Condition):
        return " and ".join(condition.text for condition in value)
    return _and([str(part) for part in value])


def _place(geometry: dict[str, Any]) -> str:
    points = positions(geometry)
    east = sum(point[0] for point in points) / len(points)
    north = sum(point[1] for point in points) / len(points)
    return f"a {geometry['type']} of {len(points)} points around {north:.6f}, {east:.6f}"


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _keyed(codes: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((code_key(code), code) for code in codes)
