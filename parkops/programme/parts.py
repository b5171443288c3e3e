"""The parts that a programme is edited by: where each stands in the document, and its form.

A part is a list or mapping of coded things (`zones`, `calendars`...), or one value of the file
(`fees`, `sessions`...). It works on plain documents, so that a draft may be unfinished.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from parkops.kernel.codes import code_key, is_code
from parkops.programme import references
from parkops.programme.faults import translate
from parkops.programme.fields import shown
from parkops.programme.outline import Path
from parkops.programme.schema import Programme, currency_of
from parkops.programme.source import unstorable

LISTS = ("audiences", "zones", "permit_types", "violations", "plans")
"""Parts that are lists of things with a code."""
MAPPINGS = ("calendars",)
"""Parts that are mappings from a code."""
VALUES = (
    "programme",
    "year_start",
    "tax",
    "events",
    "shared",
    "sessions",
    "scofflaw",
    "fees",
    "refunds",
    "counter",
    "invoices",
    "eligibility",
    "plate_reads",
    "plate_checks",
    "retention",
    "appeals",
)
"""Parts that are one value."""
PARTS = (*VALUES, *MAPPINGS, *LISTS)

NAMES = {
    "audiences": "audience",
    "zones": "zone",
    "permit_types": "permit type",
    "violations": "violation",
    "plans": "payment plan",
    "calendars": "calendar",
    "programme": "name, place and money",
    "year_start": "programme year",
    "tax": "tax",
    "events": "events",
    "shared": "places and limits that types share",
    "sessions": "session rates",
    "scofflaw": "boot rules",
    "fees": "fees",
    "refunds": "refunds by staff",
    "counter": "cash at the counter",
    "invoices": "invoices",
    "eligibility": "eligibility",
    "plate_reads": "what cameras read",
    "plate_checks": "checks of plates",
    "retention": "how long data is kept",
    "appeals": "appeals",
}
"""What one of each is called."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PartFault:
    """One thing that is wrong with a part: where inside it, and what would be right."""

    path: Path
    message: str


def place(part: str, code: str | None) -> str:
    """Return the name under which changes to a part are remembered."""
    return part if part in VALUES or code is None else f"{part}:{code_key(code)}"


def find(document: Document, part: str, code: str | None = None) -> Any:
    """Return the value of a part, or None where there is none."""
    at = _at(document, part, code)
    held = document.get(part)
    if part in VALUES:
        return held
    return None if at is None or held is None else held[at]


def put(document: Document, part: str, code: str | None, value: Any) -> Document:
    """Return the document with the part replaced, added at the end or, for None, taken out.

    `code` names the thing as it is now; of a thing that is added it may be left out, except a
    calendar's.
    """
    changed = dict(document)
    if part in VALUES:
        changed[part] = value
    elif part in MAPPINGS:
        held, at = dict(_mapping(document, part)), _at(document, part, code)
        if value is None:
            held.pop(str(at), None)
        else:
            held[str(code) if at is None else str(at)] = value
        changed[part] = held or None
    else:
        things, at = [*_list(document, part)], _at(document, part, code)
        if at is None:
            things += [] if value is None else [value]
        else:
            things[int(at) : int(at) + 1] = [] if value is None else [value]
        changed[part] = things if things or part == "zones" else None
    if changed[part] is None:
        del changed[part]
    return changed


def codes_of(document: Document, part: str) -> list[str]:
    """Return the codes of all things of a part, in the order of the file."""
    if part in MAPPINGS:
        return [*_mapping(document, part)]
    if part == "events":
        return [str(code) for code in _list(document, part)]
    return [_code(thing) for thing in _list(document, part) if _code(thing)]


def faults_after(
    document: Document, changes: Sequence[tuple[str, str | None, Any]]
) -> tuple[Document, list[PartFault]]:
    """Return the document after all changes (part, code, value), and what is wrong with any of the
    values, each taken for itself; the whole is read once, however many they are."""
    found: list[PartFault] = []
    after = document
    for part, code, value in changes:
        if value is not None:
            found += _named_wrong(after, part, code, value)
            found += [
                PartFault(path, "the text has a control character; write it without")
                for path in unstorable(value)
            ]
        after = put(after, part, code, value)
    schema = _schema_faults(after)
    for part, code, value in changes if schema else ():
        if value is not None:
            found += _own(schema, _prefix(after, part, code, value))
    return after, found


def faults_of(document: Document, part: str, code: str | None, value: Any) -> list[PartFault]:
    """Return what is wrong with `value` as a part, taken for itself.

    What it says of other parts (a zone it names, a calendar) is a matter of the whole document:
    see `dangling`.
    """
    return faults_after(document, [(part, code, value)])[1]


def dangling(document: Document, part: str, code: str | None = None) -> list[PartFault]:
    """Return what a part of the document says of parts that are not there."""
    at = _at(document, part, code)
    prefix = (part,) if part in VALUES or at is None else (part, at)
    return _own(references.faults_of(document), prefix)


CODE_FORM = "{} is not a code; write 1 to 24 letters, digits, - or _"


def _schema_faults(document: Document) -> list[tuple[Path, str]]:
    try:
        Programme.model_validate(document, context={"currency": currency_of(document)})
    except ValidationError as error:
        return translate(error, document)
    return []


def _own(found: list[tuple[Path, str]], prefix: Path) -> list[PartFault]:
    """Those of the faults that are inside `prefix`, told from there."""
    size = len(prefix)
    return [PartFault(path[size:], told) for path, told in found if path[:size] == prefix]


def _named_wrong(document: Document, part: str, code: str | None, value: Any) -> list[PartFault]:
    """What is wrong with the code of a thing: its form, of a calendar, or that another has it."""
    if part in MAPPINGS and not is_code(code or ""):
        return [PartFault(("code",), CODE_FORM.format(shown(code)))]
    return _taken(document, part, code, value)


def _taken(document: Document, part: str, code: str | None, value: Any) -> list[PartFault]:
    """A code that another thing of the part has already."""
    if part not in LISTS:
        return []
    wanted, at = _code(value), _at(document, part, code)
    other = _at(document, part, wanted) if wanted else None
    if other is None or other == at:
        return []
    told = f"there is a {NAMES[part]} {wanted} already; write another code"
    return [PartFault(("code",), told)]


def _prefix(document: Document, part: str, code: str | None, value: Any) -> Path:
    if part in VALUES:
        return (part,)
    at = _at(document, part, code)
    if at is None:  # added without its code, or under a new one
        at = next((n for n, thing in enumerate(_list(document, part)) if thing is value), code)
    return (part,) if at is None else (part, at)


def _at(document: Document, part: str, code: str | None) -> int | str | None:
    """Where the thing of this code stands in its list or mapping."""
    if part in VALUES or code is None:
        return None
    codes: list[tuple[int | str, str]] = (
        [(name, name) for name in _mapping(document, part)]
        if part in MAPPINGS
        else [(n, _code(thing)) for n, thing in enumerate(_list(document, part))]
    )
    return next((at for at, held in codes if held and code_key(held) == code_key(code)), None)


def _code(thing: Any) -> str:
    code = thing.get("code") if isinstance(thing, dict) else None
    return str(code) if isinstance(code, str | int) and not isinstance(code, bool) else ""


def _list(document: Document, part: str) -> list[Any]:
    held = document.get(part)
    return held if isinstance(held, list) else []


def _mapping(document: Document, part: str) -> dict[str, Any]:
    held = document.get(part)
    return held if isinstance(held, dict) else {}
