"""What a file of registered vehicles says, line by line. Pure: no database, no clock."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key

COLUMNS = ("plate", "region", "keeper", "make", "model", "fuel", "co2", "euro", "status")
NEEDED = ("plate", "status")
STATUSES = ("registered", "decommissioned")
LONGEST = {"keeper": 200, "region": 16, "make": 40, "model": 40, "fuel": 20}


@dataclass(frozen=True, slots=True)
class Registered:
    """A vehicle as a register has it. `keeper` is a name, an e-mail address or the customer's number
    with the institution ("" is not told); what is None is not known."""

    plate_key: str
    region: str = ""
    keeper: str = ""
    make: str = ""
    model: str = ""
    fuel: str = ""
    co2: int | None = None
    euro: int | None = None
    status: str = "registered"

    @property
    def is_decommissioned(self) -> bool:
        """Whether it may not be on the road."""
        return self.status == "decommissioned"

    def is_of(self, *, name: str, email: str, external_id: str) -> bool:
        """Return whether its keeper is this customer; a keeper who is not told may be anybody."""
        if not self.keeper:
            return True
        keeper = self.keeper.casefold()
        if keeper in {email.casefold(), external_id.casefold()} - {""}:
            return True
        return bool(name.strip()) and _words(self.keeper) == _words(name)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was not understood: its number, the column, what would be right."""

    line: int
    column: str
    message: str


def read(content: bytes) -> Iterator[Registered | Fault]:
    """Yield what every line of a CSV says, in UTF-8 and with the columns named in its first line.

    Other columns are passed over. Of two lines about one plate and region the later is a fault.

    :raises Refused: if the first line does not name the columns plate and status.
    """
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    names = {(title or "").strip().lower(): title for title in reader.fieldnames or []}
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refused(
            "columns",
            f"The first line names no column {missing[0]}. The columns are {', '.join(COLUMNS)}; "
            f"{' and '.join(NEEDED)} are needed.",
            field="file",
        )
    seen: dict[tuple[str, str], int] = {}
    for row in reader:
        told = {name: _tidy(row.get(names.get(name, ""), "")) for name in COLUMNS}
        if not any(told.values()):
            continue
        found = _line(reader.line_num, told)
        if isinstance(found, Registered):
            earlier = seen.setdefault((found.plate_key, found.region), reader.line_num)
            if earlier != reader.line_num:
                found = Fault(reader.line_num, "plate", f"Line {earlier} has the same plate.")
        yield found


def _line(number: int, told: dict[str, str]) -> Registered | Fault:
    try:
        key = plate_key(told["plate"])
    except ValueError as error:
        return Fault(number, "plate", str(error))
    status = told["status"].lower()
    if status not in STATUSES:
        return Fault(number, "status", f"Write {' or '.join(STATUSES)}.")
    for name, most in LONGEST.items():
        if len(told[name]) > most:
            return Fault(number, name, f"At most {most} characters fit.")
    counted: dict[str, int | None] = {}
    for name, most in (("co2", 2_000), ("euro", 9)):
        if told[name] and not (told[name].isascii() and told[name].isdecimal()):
            return Fault(number, name, "Write a whole number, or leave it empty.")
        counted[name] = int(told[name]) if told[name] else None
        if (counted[name] or 0) > most:
            return Fault(number, name, f"Write at most {most}.")
    return Registered(
        key,
        told["region"].upper(),
        told["keeper"],
        told["make"],
        told["model"],
        told["fuel"].lower(),
        counted["co2"],
        counted["euro"],
        status,
    )


def _tidy(cell: object) -> str:
    return " ".join(str(cell or "").replace("\x00", "").split())


def _words(name: str) -> frozenset[str]:
    return frozenset(name.casefold().replace(",", " ").split())
