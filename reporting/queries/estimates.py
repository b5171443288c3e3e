"""How full the zones are believed to be, as the dashboards show it.

It takes the plates of three hours and the counts of months: a worker works it out, and who polls reads what it
found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from parkops.programme import occupancy
from parkops.programme.occupancy import NOTHING, Estimate
from reporting.queries.sharing import shape_of

COUNTS_FOR = timedelta(seconds=60)
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Believed:
    """What is believed at one instant, by the code key of the zone."""

    at: datetime
    zones: Mapping[str, Estimate]

    def of(self, key: str) -> Estimate:
        """Return what is believed of one zone."""
        return self.zones.get(key, NOTHING)


KEY = f"reporting:believed:{shape_of(Believed, Estimate)}"


def believed(at: datetime, known: Believed | None) -> Believed:
    """Return what is `known` if it is of the last minute; or find it, where nobody looked yet or no worker is."""
    if known is not None and timedelta(0) <= at - known.at <= COUNTS_FOR:
        return known
    return Believed(at, occupancy.estimated(at))


def keep(at: datetime) -> None:
    """Find what is believed at `at`, and let all who look read that for a minute."""
    cache.set(KEY, believed(at, None), KEPT_SECONDS)
