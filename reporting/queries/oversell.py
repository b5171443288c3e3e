"""How many holders of a permit type came on past days, out of what officers and cameras saw."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import Decision, NotFound
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.queries import InForce
from parkops.programme.schema import Programme
from parkops.ui import charts
from parkops.ui.charts import Chart, Point
from permits.models import Permit
from permits.rules import oversell
from permits.rules.oversell import Advice, Day
from permits.rules.status import live_periods
from reporting import sql

LOOKED_BACK = timedelta(days=180)
STEPS = 9

_SIGHTS = """
WITH sight AS (
    SELECT plate_key, zone_code, at FROM enforcement_platecheck
     WHERE at >= %(since)s AND at < %(until)s AND plate_key <> ''
    UNION ALL
    SELECT plate_key, zone_code, seen_at FROM enforcement_observation
     WHERE seen_at >= %(since)s AND seen_at < %(until)s AND plate_key <> '')
SELECT sight.at, sight.plate_key, held.permit_id
  FROM sight LEFT JOIN LATERAL (
       SELECT plate.permit_id FROM permits_plateright plate
         JOIN permits_permit permit ON permit.id = plate.permit_id
        WHERE plate.plate_key = sight.plate_key AND plate.kind = 'permit'
          AND plate.starts_at <= sight.at AND plate.ends_at > sight.at
          AND permit.type_key = %(type)s
        ORDER BY plate.permit_id LIMIT 1) held ON true
 WHERE lower(sight.zone_code) = ANY(%(zones)s)
 ORDER BY sight.at
"""


@dataclass(frozen=True, slots=True)
class Adviser:
    """What is known of a permit type's holders, and what may be sold for its spaces.

    `advice` is None where `decision` says why there is none. `sold` is how many are in force now.
    """

    kind: PermitType
    in_force: InForce
    spaces: int
    sold: int
    days: tuple[Day, ...]
    unknown: int
    least_seen: int
    decision: Decision
    advice: Advice | None
    risk: Fraction

    @property
    def limit(self) -> int:
        """How many are sold at most now."""
        return self.kind.quota.limit if self.kind.quota else 0

    @property
    def full_now(self) -> float:
        """The share of days that would be full with as many as may be sold now."""
        sold = self.limit or self.sold
        return oversell.chance_of_full(self.days, sold=sold, spaces=self.spaces)

    @property
    def between(self) -> str:
        """The bounds of the advised number in words."""
        if self.advice is None:
            return ""
        return f"between {self.advice.low:,} and {self.advice.high:,}"

    @property
    def over_text(self) -> str:
        """By how much the advised number is beyond the spaces, as a quota writes it."""
        return oversell.percent_over(self.advice.number, total=self.spaces) if self.advice else ""

    @property
    def spaces_text(self) -> str:
        """For how many spaces it is."""
        return f"{self.spaces:,} spaces"

    @property
    def sold_text(self) -> str:
        """How many are in force."""
        return f"{self.sold:,} in force"

    @property
    def full_now_text(self) -> str:
        """The share of days that would be full now."""
        return f"{100 * self.full_now:.1f}%"

    @property
    def share_text(self) -> str:
        """How many holders come on an average day."""
        return f"{100 * self.advice.share:.0f}%" if self.advice else ""

    @property
    def days_text(self) -> str:
        """On how many days that rests."""
        return f"on {len(self.days)} known days"


def adviser(code: str, *, risk: Fraction, at: datetime) -> Adviser:
    """Return what may be advised for a permit type in force at `at`.

    :raises NotFound: if there is no such type.
    """
    in_force = programme.in_force(at)
    kind = in_force.programme.permit_type(code)
    if kind is None:
        raise NotFound(f"There is no permit type {code}.")
    spaces = _spaces(kind, in_force.programme)
    days, unknown = days_of(kind, in_force.programme, at=at)
    decision = oversell.is_known(days)
    if not spaces:
        told = "Neither a quota nor the capacity of its zones says for how many spaces it is sold."
        decision = Decision("no_spaces", told)
    advice = oversell.advise(days, spaces=spaces, risk=risk) if decision else None
    sold = sum(1 for spans in _lives(kind, at, at) if any(span.contains(at) for span in spans))
    least = oversell.least_seen(_capacity(kind, in_force.programme))
    return Adviser(
        kind, in_force, spaces, sold, tuple(days), unknown, least, decision, advice, risk
    )


def days_of(kind: PermitType, rules: Programme, *, at: datetime) -> tuple[list[Day], int]:
    """Return the days of the last half year that are known, oldest first, and how many were looked
    at too little to count; today does not count yet."""
    today = local_date(at, rules.tz)
    since = midnight(local_date(at - LOOKED_BACK, rules.tz), rules.tz)
    until = midnight(today, rules.tz)
    granted = {code for grant in kind.grants for code in grant.zones}
    zones = {code_key(z.code) for z in rules.zones if rules.covers(granted, z.code)}
    seen: dict[date, list[tuple[datetime, str, int | None]]] = defaultdict(list)
    for row in sql.rows(
        _SIGHTS, since=since, until=until, type=code_key(kind.code), zones=sorted(zones)
    ):
        seen[local_date(row[0], rules.tz)].append(row)
    lives = _lives(kind, since, until)
    least = oversell.least_seen(_capacity(kind, rules))
    days, unknown = [], 0
    for on, sights in sorted(seen.items()):
        noon = midnight(on, rules.tz) + timedelta(hours=12)
        held = sum(any(span.contains(noon) for span in spans) for spans in lives)
        is_seen = len({plate for _, plate, _ in sights}) >= least
        if not is_seen or held < oversell.LEAST_HELD:
            unknown += 1
        else:
            ours = [(moment, permit) for moment, _, permit in sights if permit is not None]
            days.append(Day(on, held, oversell.peak(ours, held=held)))
    return days, unknown


def shares_chart(days: Sequence[Day]) -> Chart:
    """Draw how many of the holders came on each known day, in percent."""
    every = 1 + len(days) // 8
    return charts.bars(
        [
            Point(
                f"{day.on:%-m/%-d}" if place % every == 0 else "",
                round(100 * day.present / day.held),
                text=f"{day.on:%-d %B}: {day.present} of {day.held} holders",
            )
            for place, day in enumerate(days)
        ],
        title="Holders there at the fullest time of each day, in percent",
        head="Day",
        names=("Percent", ""),
    )


def risk_chart(found: Adviser) -> Chart | None:
    """Draw how often it would be full by how many are sold; the advised number is marked."""
    if found.advice is None:
        return None
    most = max(found.advice.high, found.limit, found.spaces + STEPS)
    step = max((most - found.spaces) // (STEPS - 1), 1)
    numbers = sorted({*range(found.spaces, most + step, step), found.advice.number})
    return charts.bars(
        [
            Point(
                f"{number:,}",
                round(
                    100 * oversell.chance_of_full(found.days, sold=number, spaces=found.spaces),
                    1,
                ),
                text=f"{number:,} sold",
                is_now=number == found.advice.number,
            )
            for number in numbers
        ],
        title="Days on which it would be full, in percent, by how many are sold",
        head="Sold",
        names=("Percent of days", ""),
    )


def _spaces(kind: PermitType, rules: Programme) -> int:
    """For how many spaces it is sold: its quota's total, or else what its zones hold."""
    return kind.quota.total if kind.quota is not None else _capacity(kind, rules)


def _capacity(kind: PermitType, rules: Programme) -> int:
    """How many spaces its zones have, those within others once."""
    granted = {code for grant in kind.grants for code in grant.zones}
    return sum(
        zone.capacity.total
        for zone in rules.zones
        if zone.capacity and rules.covers(granted, zone.code)
    )


def _lives(kind: PermitType, since: datetime, until: datetime) -> list[list]:
    """When each permit of the type was in force, of those that were between the two instants."""
    rows = Permit.objects.filter(
        type_key=code_key(kind.code),
        starts_at__lte=until,
        ends_at__gt=since,
        paid_at__isnull=False,
    )
    return [live_periods(permit.life) for permit in rows]
