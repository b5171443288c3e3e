"""A list of visitors' plates as somebody pastes it."""

from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from permits.rules.plates import Plate, read_plates

MOST = 2_000


@dataclass(frozen=True, slots=True)
class PassList:
    """The plates of a list, each once, and what is wrong with the other lines."""

    plates: tuple[Plate, ...]
    faults: tuple[str, ...]


def read_list(text: str) -> PassList:
    """Read one plate a line, with its region after a comma, semicolon or tab; empty lines are none.

    Every fault names its line.
    """
    found: dict[str, Plate] = {}
    faults: list[str] = []
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        return PassList((), (f"At most {MOST} plates a list; these are {len(lines)}.",))
    for number, line in lines:
        plate, _, region = line.replace(";", ",").replace("\t", ",").partition(",")
        try:
            read = read_plates([(plate, region)])[0]
        except Refused as refusal:
            faults.append(f"Line {number}: {refusal}")
            continue
        if read.key in found:
            faults.append(f"Line {number}: {read.text} stands above already.")
        found.setdefault(read.key, read)
    return PassList(tuple(found.values()), tuple(faults))
