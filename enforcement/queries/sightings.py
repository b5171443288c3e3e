"""Where vehicles were seen: by chalk marks and by plate checks."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from enforcement.models import Observation
from enforcement.rules.stays import FORGOTTEN_AFTER, Sight
from parkops.kernel.dates import Duration

LONGEST_CHAIN = timedelta(days=14)
"""How far back the marks of one stay are looked for, beyond the zone's own times."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A vehicle was seen in a zone."""

    plate_key: str
    plate_text: str
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Covered:
    """A plate on a permit, from `starts_at` to before `ends_at`."""

    plate_key: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """A permit with its plates, and the version and type that say which zones are its site."""

    programme_version: int
    type_code: str
    plates: tuple[Covered, ...]

    def plates_at(self, at: datetime) -> frozenset[str]:
        """Return the keys of the plates that it covers at `at`."""
        return frozenset(p.plate_key for p in self.plates if p.starts_at <= at < p.ends_at)


def marks_of(
    plate_keys: Collection[str], *, since: datetime, until: datetime
) -> dict[str, list[tuple[str, Sight]]]:
    """Return the chalk marks of these plates in [since, until], by plate key, with their region."""
    rows = Observation.objects.filter(
        plate_key__in=plate_keys, seen_at__gte=since, seen_at__lte=until
    )
    found: dict[str, list[tuple[str, Sight]]] = defaultdict(list)
    for row in rows.order_by("seen_at", "pk"):
        sight = Sight(row.zone_code, row.seen_at, row.valve, row.lat, row.lon, row.is_gone)
        found[row.plate_key].append((row.region, sight))
    return found


def reach_of(max_stay: Duration, no_return: Duration | None) -> timedelta:
    """Return how far back marks may matter to a stay."""
    own = max(max_stay.timedelta, (no_return or Duration()).timedelta)
    return own + FORGOTTEN_AFTER + LONGEST_CHAIN


def shared(rows: Iterable[tuple[int, int, str, str, datetime, datetime]]) -> dict[int, Shared]:
    """Return the permits of several plates by their id, out of what is read of their plates."""
    found: dict[int, Shared] = {}
    for permit_id, version, type_code, key, starts_at, ends_at in rows:
        before = found[permit_id].plates if permit_id in found else ()
        plates = (*before, Covered(key, starts_at, ends_at))
        found[permit_id] = Shared(version, type_code, plates)
    return found


def in_order(sights: Iterable[Seen]) -> dict[str, list[Seen]]:
    """Return where plates were seen, oldest first, by plate key."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(sights, key=lambda one: one.at):
        found[seen.plate_key].append(seen)
    return found
