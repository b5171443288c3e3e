"""The live figures of a tenant: one look at the database, remembered for a moment for all who poll."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache

from enforcement.rules import counting as enforced
from parkops.jobs import figures as jobs
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date, midnight
from parkops.messaging import figures as messaging
from parkops.programme import queries as programme
from parkops.programme.occupancy import Estimate
from parkops.tallies import queries as tallies
from parkops.tenancy.postgresql import prepared
from payments.rules import counting as paid
from permits.rules import counting as permitted
from reporting.queries import estimates
from reporting.queries.estimates import Believed
from reporting.queries.sharing import Found, Shared, shared

REMEMBERED_SECONDS = 3
LONGEST = timedelta(seconds=30)
AWAY = timedelta(minutes=2)
"""Nobody looks who has not asked for so long."""
HOURS = 24

SERIES = {
    "citations": enforced.ISSUED,
    "checks": enforced.CHECKED,
    "taken": paid.TAKEN,
    "sold": permitted.SOLD,
}
LEVELS = (
    *permitted.LEVELS,
    enforced.UNPAID,
    enforced.WAITING,
    enforced.ON_SHIFT,
    jobs.FAILED,
    jobs.GIVEN_UP,
    messaging.FAILED,
    paid.REVIEW,
    paid.DIFFERENCES,
)

# Things that went wrong and wait for somebody are few; of appeals only the oldest is looked up.
_NOW = """
SELECT (SELECT min(filed_at) FROM enforcement_appeal WHERE decided_at IS NULL),
       coalesce((SELECT differences FROM payments_ledgerproof ORDER BY as_of_at DESC, id DESC LIMIT 1), 0),
       concat_ws('-', (SELECT max(created_at) FROM payments_payment),
                      (SELECT max(filed_at) FROM enforcement_appeal))
"""


@dataclass(frozen=True)
class Series:
    """A figure by local hour: today until now, and the same weekday a week before, whole."""

    today: list[int]
    before: list[int]
    hour: int

    @property
    def total(self) -> int:
        """Today so far."""
        return sum(self.today)

    @property
    def total_before(self) -> int:
        """A week before, up to the end of the same hour."""
        return sum(self.before[: self.hour + 1])


@dataclass(frozen=True)
class ZoneCount:
    """How full a zone seems: at least `low`, nine times in ten at most `high` (None is not known)."""

    code: str
    name: str
    taken: int
    spaces: int
    low: int = 0
    high: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Counts:
    """The live figures at one instant. `programme` is the number of the version in force, `newest` stands for the
    newest payment and appeal; `version` and `changed` are of `sharing.Looked`."""

    at: str
    day: str
    programme: int
    currency: str
    newest: str
    permits_active: int
    permits_held: int
    permits_to_approve: int
    sold: Series
    checks: Series
    citations: Series
    taken: Series
    citations_unpaid: int
    appeals_waiting: int
    oldest_appeal_at: str
    officers_on_shift: int
    jobs_failed: int
    payments_to_review: int
    messages_failed: int
    tasks_given_up: int
    books_differ: int
    differences_open: int
    zones: list[ZoneCount] = field(default_factory=list)
    version: str = ""
    changed: Mapping[str, int] = field(default_factory=dict)

    @property
    def occupied(self) -> int:
        """Vehicles believed present in all zones with a capacity."""
        return sum(zone.taken for zone in self.zones)

    @property
    def spaces(self) -> int:
        """Spaces in all zones."""
        return sum(zone.spaces for zone in self.zones)


SHARED = Shared.named("live", REMEMBERED_SECONDS, LONGEST, Counts, Series, ZoneCount)


def counts(at: datetime, request: Found | None = None) -> Counts:
    """Return the live figures: all who poll share one look, which one of them takes every few seconds."""
    known = request.known.get(estimates.KEY) if request is not None else cache.get(estimates.KEY)
    return shared(SHARED, at, lambda moment: look(moment, known), request)


def is_looked_at(at: datetime) -> bool:
    """Return whether anybody has looked within the last few moments."""
    known: tuple[Counts, object] | None = cache.get(SHARED.figures)
    return known is not None and at - datetime.fromisoformat(known[0].at) <= AWAY


def look(at: datetime, known: Believed | None = None) -> Counts:
    """Return the live figures as of `at`, from the database; `known` is what was believed of the zones."""
    version = programme.in_force(at)
    rules = version.programme
    zone: ZoneInfo = rules.tz
    today = local_date(at, zone)
    begins = midnight(today, zone)
    before = midnight(today - timedelta(days=7), zone)
    told = tallies.figures(
        LEVELS,
        list(SERIES.values()),
        at=at,
        span=(begins, midnight(today + timedelta(days=1), zone)),
        before=(before, midnight(today - timedelta(days=6), zone)),
        zone=zone,
    )
    [(oldest, differ, newest)] = prepared.rows(_NOW, {})
    levels = told.levels
    believed = estimates.believed(at, known)
    return Counts(
        at=at.astimezone(UTC).isoformat(),
        day=today.isoformat(),
        programme=version.number,
        currency=rules.currency,
        newest=newest,
        permits_active=levels[permitted.ACTIVE],
        permits_held=levels[permitted.HELD],
        permits_to_approve=levels[permitted.PENDING],
        citations_unpaid=levels[enforced.UNPAID],
        appeals_waiting=levels[enforced.WAITING],
        oldest_appeal_at=oldest.isoformat() if oldest else "",
        officers_on_shift=levels[enforced.ON_SHIFT],
        jobs_failed=levels[jobs.FAILED],
        payments_to_review=levels[paid.REVIEW],
        messages_failed=levels[messaging.FAILED],
        tasks_given_up=levels[jobs.GIVEN_UP],
        books_differ=differ,
        differences_open=levels[paid.DIFFERENCES],
        zones=[
            _zone(z.code, z.name, z.capacity.total, believed.of(code_key(z.code)))
            for z in rules.zones
            if z.capacity and z.capacity.total
        ],
        **_series(told, at.astimezone(zone).hour),
    )


def _zone(code: str, name: str, spaces: int, seen: Estimate) -> ZoneCount:
    return ZoneCount(code, name, seen.occupied, spaces, seen.low, seen.high, seen.source)


def _series(told: tallies.Figures, hour: int) -> dict[str, Any]:
    return {
        name: Series(_by_hour(told.flows[flow]), _by_hour(told.before[flow]), hour)
        for name, flow in SERIES.items()
    }


def _by_hour(told: dict[int, int]) -> list[int]:
    return [told.get(hour, 0) for hour in range(HOURS)]
