"""Paid stays one character or one zone off what an officer sees: what they make of a violation."""

from collections.abc import Sequence

from parkops.kernel.texts import say
from parkops.programme.schema import Programme, Zone
from parkops.programme.violation_schema import Violation
from permits.queries import NearMiss


def mendable(
    violation: Violation, misses: Sequence[NearMiss], zone: Zone, version: Programme
) -> NearMiss | None:
    """Return the paid stay that makes a violation a warning: one character off, or for another zone
    while this one is paid by the hour too; None if the program or the stay allows no such thing."""
    if not violation.cure_near_miss or not version.rates_for(zone.code):
        return None
    return next((miss for miss in misses if miss.may_be_mended), None)


def near_miss_text(miss: NearMiss | None) -> str:
    """Say that a paid stay is near and how it differs, without its plate; empty if none is."""
    if miss is None:
        return ""
    return say("A paid session is near: {why}.", why=miss.why)
