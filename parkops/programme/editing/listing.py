"""The parts of a draft as lists: what each thing says in short, and how it stands."""

from calendar import Calendar as Months
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parkops.kernel.codes import code_key
from parkops.programme import parts
from parkops.programme.checking import Finding
from parkops.programme.diff import Difference
from parkops.programme.editing.wording import fact_of
from parkops.programme.parts import Document

TITLES = {
    "zones": "Zones",
    "permit_types": "Permit types",
    "violations": "Violations",
    "audiences": "Audiences",
    "plans": "Payment plans",
    "calendars": "Calendars",
}
"""Parts with things of their own, and their headings."""
REST = (
    "shared",
    "sessions",
    "fees",
    "refunds",
    "counter",
    "invoices",
    "scofflaw",
    "tax",
    "events",
    "programme",
    "year_start",
    "eligibility",
    "plate_reads",
    "plate_checks",
    "retention",
    "appeals",
)
"""Parts that are one value, in the order in which they are shown."""
AS_USUAL = {
    "year_start": "1 January",
    "eligibility": "as usual",
    "plate_reads": "as usual",
    "invoices": "as usual",
    "plate_checks": "as usual",
    "retention": "as usual",
    "appeals": "as usual",
}
"""What holds where the document says nothing of a part; of the others, none."""
HEADS = {
    "zones": ("Kind", "Inside", "Enforced"),
    "permit_types": ("For", "Term", "Price"),
    "violations": ("Proposed when", "Zones", "Fine"),
    "audiences": (),
    "plans": ("For", "At most", "Late fees"),
    "calendars": ("Days",),
}
MOST = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A thing of a part: its code and name, a few facts, and how it stands."""

    code: str
    name: str
    told: tuple[tuple[str, str], ...]
    state: str
    tone: str
    findings: int
    faults: int


@dataclass(frozen=True, slots=True)
class Single:
    """A part that is one value, in short."""

    part: str
    name: str
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """A change in the words of its editor."""

    fact: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one thing, under its name."""

    subject: str
    changes: tuple[Worded, ...]


def rows(document: Document, part: str, base: Document, findings: Sequence[Finding]) -> list[Row]:
    """Return the things of a part, with what is new against `base` and what was found."""
    found = []
    for code in parts.codes_of(document, part):
        thing, before = parts.find(document, part, code), parts.find(base, part, code)
        own = [f for f in findings if f.part == part and code_key(f.code) == code_key(code)]
        state, tone = ("New", "info") if before is None else ("", "")
        if before is not None and before != thing:
            state, tone = "Changed", "info"
        faults = sum(f.tone == "bad" for f in own)
        name = str(thing.get("name", "")) if isinstance(thing, dict) else ""
        told = tuple(zip(HEADS[part], _facts(part, thing), strict=True))
        found.append(Row(code, name, told, state, tone, len(own) - faults, faults))
    return found


def retired(document: Document, part: str, base: Document) -> list[str]:
    """Return the codes that `base` has and the document has not."""
    there = {code_key(code) for code in parts.codes_of(document, part)}
    return [code for code in parts.codes_of(base, part) if code_key(code) not in there]


def singles(document: Document, findings: Sequence[Finding]) -> list[Single]:
    """Return the parts that are one value, in short."""
    return [
        Single(
            part,
            _capital(parts.NAMES[part]),
            _short(part, document.get(part)),
            tuple(f for f in findings if f.part == part),
        )
        for part in REST
    ]


def grouped(changes: Iterable[Difference]) -> list[Group]:
    """Return changes by the thing that they are of."""
    found: dict[str, list[Worded]] = {}
    for change in changes:
        fact = fact_of(change) if change.fact else ""
        subject = change.subject or _capital(parts.NAMES.get(change.part, "The program"))
        found.setdefault(subject, []).append(Worded(fact, change.was, change.becomes))
    return [Group(subject, tuple(own)) for subject, own in found.items()]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year view: its name, and its weeks of (day or 0, whether it is in)."""

    name: str
    weeks: tuple[tuple[tuple[int, bool], ...], ...]


def year_view(value: Any, *, most: int = 24) -> list[Month]:
    """Return the months from the first day of a calendar to its last, its days marked."""
    days: set[date] = set()
    for item in value if isinstance(value, list) else []:
        first, last = (item.get("from"), item.get("to")) if isinstance(item, dict) else (item, item)
        try:
            day, end = date.fromisoformat(str(first)), date.fromisoformat(str(last or first))
        except ValueError:
            continue
        while day <= end and len(days) < 3700:
            days.add(day)
            day += timedelta(days=1)
    if not days:
        return []
    year, month = min(days).year, min(days).month
    months: list[Month] = []
    while (year, month) <= (max(days).year, max(days).month) and len(months) < most:
        weeks = tuple(
            tuple((day.day if day.month == month else 0, day in days) for day in week)
            for week in Months().monthdatescalendar(year, month)
        )
        months.append(Month(f"{date(year, month, 1):%B %Y}", weeks))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _facts(part: str, thing: Any) -> tuple[str, ...]:
    held = thing if isinstance(thing, dict) else {}
    match part:
        case "zones":
            return (held.get("kind", ""), held.get("within") or "", _when(held.get("enforced")))
        case "permit_types":
            price = held.get("price")
            base = price.get("base", "") if isinstance(price, dict) else ""
            return (_codes(held.get("audience"), "everyone"), _term(held.get("term")), str(base))
        case "violations":
            raised = str(held.get("raised_by", "officer")).replace("_", " ")
            return (raised, _codes(held.get("zones"), "everywhere"), str(held.get("fine", "")))
        case "plans":
            most = f"{held.get('instalments', '')} a {held.get('every', 'month')}"
            late = "left out" if held.get("late_fees") == "waive" else "stay"
            return (_codes(held.get("audience"), "everyone"), most, late)
        case "calendars":
            days = [
                f"{d.get('from')} to {d.get('to')}" if isinstance(d, dict) else str(d)
                for d in (thing if isinstance(thing, list) else [])
            ]
            return (_few(days),)
    return ()


def _when(value: Any) -> str:
    if value is None or value == []:
        return "never"
    items = value if isinstance(value, list) else [value]
    return _few([" ".join(map(str, i.values())) if isinstance(i, dict) else str(i) for i in items])


def _term(value: Any) -> str:
    held = value if isinstance(value, dict) else {}
    match held.get("kind"):
        case "fixed":
            return f"{held.get('from')} to {held.get('to')}"
        case "rolling":
            return _many(held.get("months", 1), "month")
        case "days":
            return _many(held.get("days", 1), "day")
        case "hours":
            return f"{held.get('min', 1)} to {held.get('max', 'any')} hours"
    return ""


def _many(count: Any, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _codes(value: Any, otherwise: str) -> str:
    return _few([str(code) for code in value]) if isinstance(value, list) and value else otherwise


def _few(words: list[str]) -> str:
    more = f" and {len(words) - MOST} more" if len(words) > MOST else ""
    return ", ".join(words[:MOST]) + more


def _short(part: str, value: Any) -> str:
    if value is None:
        return AS_USUAL.get(part, "none")
    if part == "shared" and isinstance(value, dict):
        quotas, limits = value.get("quotas") or [], value.get("limits") or []
        told = [f"{one.get('name')}: {one.get('total')} places" for one in quotas]
        told += [
            f"at most {one.get('most')} of {_codes(one.get('permit_types'), '')}" for one in limits
        ]
        return _few(told)
    if part == "sessions":
        rates = value.get("rates", []) if isinstance(value, dict) else []
        told = [f"{_codes(r.get('zones'), '')} {r.get('per_hour')} an hour" for r in rates]
        return _few(told) or "none"
    if isinstance(value, list):
        return _few([str(item) for item in value])
    if isinstance(value, dict):
        told = [f"{key.replace('_', ' ')} {_plain(item)}" for key, item in value.items()]
        return _few(told)
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " or ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return " and ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
