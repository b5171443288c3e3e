"""The plates somebody asks for: read, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it was typed, what it is compared by, its region and fuel ("" if left out)."""

    text: str
    key: str
    region: str = ""
    fuel: str = ""


def read_plates(typed: Iterable[str | Sequence[str]]) -> tuple[Plate, ...]:
    """Return the plates, given as texts, (text, region) or (text, region, fuel), each once.

    :raises Refused: "plate", naming the place in the list, if one has no letter or digit, or more
        than 12.
    """
    found: dict[str, Plate] = {}
    for place, given in enumerate(typed):
        text, region, fuel = _parts(given)
        try:
            key = plate_key(text)
        except ValueError as error:
            raise Refused("plate", str(error), field=f"vehicles.{place}.plate") from error
        tidy = " ".join(text.split()).upper()
        known = found.get(key, Plate(tidy if len(tidy) <= 32 else key, key))
        found[key] = Plate(
            known.text,
            key,
            known.region or region.strip().upper()[:16],
            known.fuel or fuel.strip().lower()[:20],
        )
    return tuple(found.values())


def _parts(given: str | Sequence[str]) -> tuple[str, str, str]:
    if isinstance(given, str):
        return given, "", ""
    text, region, fuel = [*given, "", ""][:3]
    return text, region, fuel
