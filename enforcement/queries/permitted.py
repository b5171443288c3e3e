"""What anybody may be told of a plate: whether it is permitted in a zone now, and nothing else."""

from datetime import datetime

from enforcement.queries import checks
from enforcement.queries.checks import Look
from enforcement.rules.verdicts import Verdict
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme

PERMITTED = (Verdict.AUTHORIZED, Verdict.NOT_ENFORCED, Verdict.GRACE)


def zones_to_ask(*, at: datetime) -> list[tuple[str, str]] | None:
    """Return the zones that anybody may ask about, with their names; None where the program lets nobody
    ask."""
    try:
        rules = programme.in_force(at).programme
    except Refused:
        return None
    if not rules.plate_checks.public:
        return None
    return [(zone.code, f"{zone.code}, {zone.name}") for zone in rules.zones if zone.enforced]


def is_permitted(plate: str, region: str, zone: str, *, at: datetime) -> bool:
    """Return whether nobody would cite this vehicle for lacking a right in the zone at `at`.

    :raises Refused: for a plate that is none, or an unknown zone.
    """
    (judged,) = checks.judged([Look(plate, region, zone, at)], by=programme.in_force(at))
    return judged.finding.verdict in PERMITTED
