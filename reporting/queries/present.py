"""How full each zone is believed to be and why, and the vehicles known to be there: what is behind the figure."""

from dataclasses import dataclass
from datetime import datetime

from parkops.kernel.codes import code_key
from parkops.programme import occupancy
from parkops.programme import queries as programme
from parkops.programme.occupancy import NOTHING, Estimate


@dataclass(frozen=True, slots=True)
class ZoneNow:
    """A zone with spaces, how many vehicles are believed in it, and why."""

    code: str
    name: str
    spaces: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Present:
    """A vehicle believed present in a zone."""

    zone: str
    zone_name: str
    plate: str


def zones(at: datetime) -> list[ZoneNow]:
    """Return the zones that have spaces as they are at `at`."""
    estimated = occupancy.estimated(at)
    return [
        ZoneNow(z.code, z.name, z.capacity.total, estimated.get(code_key(z.code), NOTHING))
        for z in programme.in_force(at).programme.zones
        if z.capacity and z.capacity.total
    ]


def vehicles(at: datetime, *, zone: str = "") -> list[Present]:
    """Return the vehicles seen or paid for at `at` in the zones with spaces, or in one; by zone and plate."""
    present = occupancy.present(at)
    return [
        Present(z.code, z.name, plate)
        for z in programme.in_force(at).programme.zones
        if z.capacity and z.capacity.total and zone in ("", z.code)
        for plate in sorted(present.get(code_key(z.code), ()))
    ]
