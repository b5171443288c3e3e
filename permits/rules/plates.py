"""The plates somebody asks for: read, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it was typed, what it is compared by, its region and fuel ("" if left out), its
    grams of CO2 a kilometer and Euro class (None if left out), and its make and model if a register
    told them."""

    text: str
    key: str
    region: str = ""
    fuel: str = ""
    co2: int | None = None
    euro: int | None = None
    make: str = ""
    model: str = ""


def read_plates(typed: Iterable[str | Sequence[str | int | None]]) -> tuple[Plate, ...]:
    """Return the plates, each once. Each is given as a text, or as some of (text, region, fuel, CO2,
    Euro class).

    :raises Refused: "plate", naming the place in the list, if one has no letter or digit, or more
        than 12.
    """
    found: dict[str, Plate] = {}
    for place, given in enumerate(typed):
        text, region, fuel, co2, euro = _parts(given)
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
            co2 if known.co2 is None else known.co2,
            euro if known.euro is None else known.euro,
        )
    return tuple(found.values())


def _parts(
    given: str | Sequence[str | int | None],
) -> tuple[str, str, str, int | None, int | None]:
    parts = [given] if isinstance(given, str) else list(given)
    text, region, fuel, co2, euro = [*parts, *[None] * (5 - len(parts))][:5]
    return str(text or ""), str(region or ""), str(fuel or ""), _number(co2), _number(euro)


def _number(told: str | int | None) -> int | None:
    return None if told is None or told == "" else int(told)
