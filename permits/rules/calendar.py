"""A calendar file that reminds of a permit's end (RFC 5545)."""

from datetime import UTC, datetime, timedelta


def ics(*, number: str, title: str, ends_at: datetime, url: str, made_at: datetime) -> str:
    """Return the file: an event at the permit's last minute, with a reminder a week before."""
    last = ends_at - timedelta(minutes=1)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ParkOps//Permits//EN",
        "BEGIN:VEVENT",
        f"UID:{number}@parkops",
        f"DTSTAMP:{_stamp(made_at)}",
        f"DTSTART:{_stamp(last)}",
        f"DTEND:{_stamp(ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(url)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-P7D",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _folded(line: str) -> list[str]:
    """Return a line in parts of at most 75 octets, each after the first begun by a blank."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 75:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
