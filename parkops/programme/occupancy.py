"""How full a zone seems: the plates that other apps have reason to think are there."""

from collections.abc import Callable, Iterable
from datetime import datetime

from parkops.kernel.codes import code_key

# A source tells (zone code, plate key) for each vehicle it believes present at an instant.
Source = Callable[[datetime], Iterable[tuple[str, str]]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Count what `source` tells in every estimate."""
    if source not in _sources:
        _sources.append(source)


def estimates(at: datetime) -> dict[str, int]:
    """Return the number of distinct plates believed present at `at`, by the code key of the zone.

    It is an estimate from below: vehicles nobody has seen, and rights without a check, are not in it.
    """
    present: dict[str, set[str]] = {}
    for source in _sources:
        for zone, plate in source(at):
            present.setdefault(code_key(zone), set()).add(plate)
    return {zone: len(plates) for zone, plates in present.items()}
