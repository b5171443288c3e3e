"""Whether the register of vehicles lets a plate be put on a permit, and what it knows better."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from parkops.customers.register.reading import Registered
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.plates import regions_match
from parkops.kernel.texts import say
from parkops.programme.schema import Registry
from permits.rules.plates import Plate


def may_list(
    rule: Registry,
    plates: Sequence[Plate],
    known: Mapping[str, Registered],
    *,
    name: str,
    email: str,
    external_id: str,
) -> Decision:
    """Decide whether a customer may have a permit for these plates, of which the register knows
    `known`. The reason names the plate, never its keeper."""
    for place, plate in enumerate(plates):
        told = entry_of(plate, known)
        code, reason = "", ""
        if told is None:
            code, reason = "unknown", say("The vehicle register has no {plate}.", plate=plate.text)
        elif told.is_decommissioned:
            code, reason = (
                "decommissioned",
                say("The vehicle register says that {plate} is decommissioned.", plate=plate.text),
            )
        elif not told.is_of(name=name, email=email, external_id=external_id):
            code, reason = (
                "not_yours",
                say("The vehicle register names another keeper for {plate}.", plate=plate.text),
            )
        if code in rule.refuse:
            return Decision(f"vehicle_{code}", reason, field=f"vehicles.{place}.plate")
    return ALLOWED


def filled_in(plates: Sequence[Plate], known: Mapping[str, Registered]) -> tuple[Plate, ...]:
    """Return the plates with what the register knows of them: it is believed before the buyer."""
    return tuple(_filled_in(plate, entry_of(plate, known)) for plate in plates)


def entry_of(plate: Plate, known: Mapping[str, Registered]) -> Registered | None:
    """Return the entry of a plate; one of another region is another vehicle."""
    told = known.get(plate.key)
    return told if told is not None and regions_match(told.region, plate.region) else None


def _filled_in(plate: Plate, told: Registered | None) -> Plate:
    if told is None:
        return plate
    return replace(
        plate,
        region=plate.region or told.region,
        fuel=told.fuel or plate.fuel,
        co2=plate.co2 if told.co2 is None else told.co2,
        euro=plate.euro if told.euro is None else told.euro,
        make=told.make,
        model=told.model,
    )
