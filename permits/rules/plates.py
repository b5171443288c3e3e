"""The plates somebody asks for: read, each once."""

from collections.abc import Iterable
from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it was typed, what it is compared by, and its region ("" if left out)."""

    text: str
    key: str
    region: str = ""


def read_plates(typed: Iterable[str | tuple[str, str]]) -> tuple[Plate, ...]:
    """Return the plates, given as texts or (text, region), in order and each once.

    :raises Refused: "plate", naming the place in the list, if one has no letter or digit, or more
        than 12.
    """
    found: dict[str, Plate] = {}
    for place, given in enumerate(typed):
        text, region = (given, "") if isinstance(given, str) else given
        try:
            key = plate_key(text)
        except ValueError as error:
            raise Refused("plate", str(error), field=f"vehicles.{place}.plate") from error
        tidy = " ".join(text.split()).upper()
        known = found.setdefault(key, Plate(tidy if len(tidy) <= 32 else key, key, ""))
        if region and not known.region:
            found[key] = Plate(known.text, key, region.strip().upper()[:16])
    return tuple(found.values())
