"""What a permit type grants: which zones, when, and in what words."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.kernel.texts import joined, say
from parkops.kernel.windows import Window, describe
from parkops.programme.permit_schema import Grant
from parkops.programme.schema import Programme

LOOK_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Reach:
    """The part of a type's grants that reaches a zone: the zone as granted, and when."""

    zone_code: str
    windows: tuple[Window, ...]

    @property
    def text(self) -> str:
        """As in "LOT-A always" or "LOT-C Mon-Fri 16:30-24:00"."""
        return joined([self.zone_code, describe(self.windows)])


def reach(grants: Sequence[Grant], zone_codes: Sequence[str]) -> Reach | None:
    """Return what `grants` give in a zone, named with its ancestors from the inside out.

    None where no grant reaches it. The windows of all grants that do count together.
    """
    granted = {}
    windows: list[Window] = []
    for grant in grants:
        for code in grant.zones:
            granted[code_key(code)] = code
    near = next((granted[code_key(code)] for code in zone_codes if code_key(code) in granted), None)
    if near is None:
        return None
    keys = {code_key(code) for code in zone_codes}
    for grant in grants:
        if any(code_key(code) in keys for code in grant.zones):
            windows += [window for window in grant.when if window not in windows]
    return Reach(near, tuple(windows))


def has_event(windows: Sequence[Window]) -> bool:
    """Return whether it depends on a declared event when these windows hold."""
    return any(window.during is not None for window in windows)


def held_until(spans: Sequence[Period], at: datetime, ends_at: datetime) -> datetime | None:
    """Return until when a right goes on to hold, at most `ends_at`; None if it does not at `at`.

    `spans` are when its windows hold, in order, from `at` or before to `LOOK_AHEAD` after it at least.
    """
    place = bisect_right(spans, at, key=lambda span: span.start) - 1
    if place < 0 or not spans[place].contains(at):
        return None
    end = spans[place].end
    return ends_at if end >= min(ends_at, at + LOOK_AHEAD) else end


def describe_grants(grants: Sequence[Grant], programme: Programme) -> list[str]:
    """Return each grant in words, with the zones' names: "North lot, South lot: always"."""
    return [
        say(
            "{zones}: {hours}",
            zones=joined([_zone_name(code, programme) for code in grant.zones], ", "),
            hours=describe(grant.when),
        )
        for grant in grants
    ]


def _zone_name(code: str, programme: Programme) -> str:
    zone = programme.zone(code)
    return zone.name if zone is not None else code
