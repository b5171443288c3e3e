"""Which zone's rules decide where several contain a place."""

from collections.abc import Callable, Sequence

from parkops.programme.schema import Zone

LAST = 10**9
"""The priority of a zone that names none."""
OUTSIDE = Zone.model_construct(code="", name="No regulated area", kind="area")
"""What stands for a zone where none contains a place."""


def deciding(zones: Sequence[Zone], is_enforced: Callable[[Zone], bool]) -> tuple[Zone, ...]:
    """Return the zones that decide among those that contain a place: of those enforced now, or of all
    where none is, the ones of the lowest priority. A right in any of them is a right there."""
    on = [zone for zone in zones if is_enforced(zone)] or list(zones)
    first = min((zone.priority or LAST for zone in on), default=LAST)
    return tuple(zone for zone in on if (zone.priority or LAST) == first)
