"""What a file of people says, line by line, and whether applying it would end too many rights."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision, Refused

LONGEST_FIELD = 300
NAMES = {
    "external_id": ("external_id", "id", "person_id", "employee_id", "student_id", "externalid"),
    "email": ("email", "e_mail", "mail", "email_address"),
    "name": ("name", "full_name", "display_name"),
    "audiences": ("audiences", "audience", "groups", "group", "role", "roles"),
}
"""What columns may be called."""
GUARDED_FROM = 3
"""So many may lose an audience without a word, whatever their share."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was understood, or the field that is wrong and what would be right."""

    line: int
    external_id: str = ""
    email: str = ""
    name: str = ""
    audiences: tuple[str, ...] = ()
    field: str = ""
    message: str = ""


def text_of(content: bytes) -> str:
    """Return a file as text: UTF-8 or UTF-16 by their mark, UTF-8, else what Windows writes."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lines_of(content: bytes, *, audiences: Collection[str]) -> Iterator[Line]:
    """Yield every line of a roster; `audiences` are the program's codes.

    Columns are told apart by what the first line uses most of comma, semicolon, tab and bar.
    Audiences in one field are apart by space, comma, semicolon or bar.

    :raises Refused: if the first line names no id or e-mail column, or no audiences.
    """
    text = text_of(content)
    head, _, _ = text.lstrip("\r\n").partition("\n")
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    places = _places(_next(reader) or [])
    known = {code_key(code): code for code in audiences}
    seen: dict[tuple[str, str], int] = {}
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(begins, field="line", message=f"The line cannot be read: {error}.")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        yield _twice(_line(begins, cells, places, known), seen)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def guard(
    losses: Mapping[str, tuple[int, int]], *, most: Decimal, confirmed: int | None
) -> Decision:
    """Decide whether a roster may be applied that takes audiences away: `losses` is, by audience,
    (how many lose it, how many had it). Above the share `most` somebody types how many that are."""
    many = {
        code: (lost, had)
        for code, (lost, had) in losses.items()
        if lost > GUARDED_FROM and had and Decimal(lost) / had > most
    }
    if not many:
        return ALLOWED
    total = sum(lost for lost, _ in losses.values())
    if confirmed == total:
        return ALLOWED
    told = ", ".join(
        f"{lost * 100 // had} % of {code} ({lost:,} of {had:,})"
        for code, (lost, had) in many.items()
    )
    return Decision("mass_loss", f"This would end {told}. Type {total} to confirm.")


def _next(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next((cells for cells in reader if any(cells)), [])
    except csv.Error as error:
        raise Refused("unreadable", f"The first line cannot be read: {error}.") from error


def _places(head: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, title in enumerate(head):
        plain = re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
        for name, titles in NAMES.items():
            if plain in titles:
                found.setdefault(name, place)
    for name in ("external_id", "email", "audiences"):
        if name not in found:
            raise Refused(
                "columns",
                f"The first line names no column {name}. It may be called "
                f"{', '.join(NAMES[name])}.",
                field=name,
            )
    return found


def _line(
    number: int, cells: list[str], places: Mapping[str, int], known: Mapping[str, str]
) -> Line:
    told = {
        name: " ".join((cells[place] if place < len(cells) else "").replace("\x00", "").split())
        for name, place in places.items()
    }
    for name, text in told.items():
        if len(text) > LONGEST_FIELD:
            return Line(
                number,
                field=name,
                message=f"{len(text):,} characters; at most {LONGEST_FIELD} fit.",
            )
    person = Line(number, told["external_id"][:100], told["email"], told.get("name", "")[:200])
    if not person.external_id:
        return _wrong(person, "external_id", "It is empty; write the person's id.")
    if not _EMAIL.fullmatch(person.email) or len(person.email) > 254:
        return _wrong(
            person, "email", f"{person.email or 'It'} is no address; write one such as ana@x.org."
        )
    groups, unknown = [], []
    for word in re.split(r"[\s,;|]+", told["audiences"]):
        if word and code_key(word) in known:
            groups.append(known[code_key(word)])
        elif word:
            unknown.append(word)
    if unknown:
        there = ", ".join(known.values()) or "none"
        return _wrong(
            person, "audiences", f"The program has no audience {unknown[0]}; it has {there}."
        )
    return Line(
        number,
        person.external_id,
        person.email,
        person.name,
        tuple(dict.fromkeys(code for code in known.values() if code in groups)),
    )


def _twice(line: Line, seen: dict[tuple[str, str], int]) -> Line:
    """Return the line, or that an earlier one is about the same person."""
    if line.message:
        return line
    for field, key in (("external_id", line.external_id), ("email", line.email.lower())):
        earlier = seen.setdefault((field, key), line.line)
        if earlier != line.line:
            return _wrong(line, field, f"Line {earlier} has the same; one line a person.")
    return line


def _wrong(line: Line, field: str, message: str) -> Line:
    return Line(line.line, line.external_id, line.email[:254], line.name, (), field, message)
