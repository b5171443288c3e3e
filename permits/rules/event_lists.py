"""The pasted list of an event's visitors: plate, name and e-mail, one a line."""

import re
from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from parkops.kernel.texts import say
from permits.rules.plates import Plate, read_plates

MOST = 500
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes: a plate if it is known, a name, an address for the pass; at least one of them."""

    plate: Plate | None
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class VisitorList:
    """What a list says, and what is wrong with it, a line for each fault."""

    visitors: tuple[Visitor, ...]
    faults: tuple[str, ...]


def read_visitors(text: str) -> VisitorList:
    """Return the visitors of a list: "plate, name, e-mail", where any may be left empty.

    An e-mail address is known by its @ wherever it stands.
    """
    found: list[Visitor] = []
    faults: list[str] = []
    seen: set[str] = set()
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip(" ,;\t")]
    if len(lines) > MOST:
        told = say("These are {n} lines; at most {most} at once.", n=len(lines), most=MOST)
        return VisitorList((), (told,))
    for number, line in lines:
        parts = [part.strip() for part in re.split(r"[,;\t]", line)]
        email = next((part for part in parts if "@" in part), "")
        others = [part for part in parts if not email or part != email]
        plate_text = others[0] if others else ""
        name = next((part for part in others[1:] if part), "")
        if email and not EMAIL.fullmatch(email):
            faults.append(say("Line {n}: {text} is not an e-mail address.", n=number, text=email))
            continue
        plate = None
        if plate_text:
            try:
                plate = read_plates([plate_text])[0]
            except Refused as refusal:
                faults.append(say("Line {n}: {why}", n=number, why=str(refusal)))
                continue
            if plate.key in seen:
                faults.append(say("Line {n}: {plate} is listed twice.", n=number, plate=plate.text))
                continue
            seen.add(plate.key)
        found.append(Visitor(plate, name[:80], email))
    return VisitorList(tuple(found), tuple(faults))
