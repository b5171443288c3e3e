"""Calendar files (RFC 5545): what happens when and where, as other calendars read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

# A file has to have something in it; where nothing is ahead it says what all its times are told in.
_NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar; `name` is unique on its site, and stays. `remind` is a trigger such as "-P1D"."""

    name: str
    title: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    place: str = ""
    remind: str = ""


def calendar_file(entries: Iterable[Entry], *, product: str, site: str, made_at: datetime) -> str:
    """Return the file of these entries; `product` names the part of ParkOps that wrote it, `site` the address of
    whose they are: permits of two towns may have the same number."""
    host = urlsplit(site).hostname or "parkops"
    events = [line for entry in entries for line in _entry(entry, host, made_at)]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//ParkOps//{product}//EN"]
    lines += [*(events or _NOTHING), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _entry(entry: Entry, host: str, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.name}@{host}"
    yield f"DTSTAMP:{_stamp(made_at)}"
    yield f"DTSTART:{_stamp(entry.starts_at)}"
    yield f"DTEND:{_stamp(entry.ends_at)}"
    yield f"SUMMARY:{_escaped(entry.title)}"
    if entry.place:
        yield f"LOCATION:{_escaped(entry.place)}"
    if entry.description:
        yield f"DESCRIPTION:{_escaped(entry.description)}"
    if entry.remind:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_escaped(entry.title)}"
        yield f"TRIGGER:{entry.remind}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return "".join(
        letter for letter in " ".join(text.split()) if letter >= " " and letter != "\x7f"
    )


def _folded(line: str) -> list[str]:
    """Return a line in parts of at most 75 octets, each after the first begun by a blank."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 75:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
