"""What waits at each desk of the office: one look at the database, remembered for a moment for all who poll.

Each figure is as high as the query of the list that it leads to counts; those that are kept beside their
rows (`parkops.tallies`) are read, not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Min

from enforcement.models import CureProof
from enforcement.queries import appeal_pages, calls, crew, hearings
from enforcement.rules import counting as enforced
from parkops.kernel.dates import local_date, local_day
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from parkops.tallies import queries as tallies
from payments import queries as money
from payments.rules import counting as paid
from reporting.dashboards.limits import Limit
from reporting.models import FigureLimit
from reporting.queries import feed
from reporting.queries.sharing import Found, Shared, shared

REMEMBERED_SECONDS = 10
"""As often as a page asks: what waits is many queries, and what is done all day is in the live figures."""
LONGEST = timedelta(seconds=60)
MOST_ROWS = 8

LEVELS = (
    enforced.WITH_NOBODY,
    enforced.TO_HEAR,
    enforced.PROOFS,
    enforced.VOIDS,
    enforced.CALLS,
    enforced.NEW_CALLS,
    enforced.LATE_CALLS,
    paid.REFUNDS,
    paid.DISPUTES,
    paid.PLANS,
    paid.BANK_LINES,
    paid.TO_SIGN,
    paid.TO_DEPOSIT,
    paid.OVERDUE,
    paid.OVERDUE_MINOR,
)
OF_THE_DAY = (enforced.HEARINGS,)
LEVELS_APART = (enforced.OF_REVIEWER, enforced.BY_DAY, paid.RECEIPTS)
OF_THE_DAY_APART = (enforced.ISSUED_IN,)


@dataclass(frozen=True)
class OfficerAtWork:
    """An officer on shift; where they were seen last if they share it. `mark` stands for them on the map."""

    mark: str
    name: str
    since: str
    beat: str
    call: str
    seen_at: str
    lat: float
    lon: float
    shares: bool

    @property
    def is_seen(self) -> bool:
        """Whether there is a place of the last quarter of an hour."""
        return bool(self.seen_at)


@dataclass(frozen=True)
class OpenCall:
    """A call that somebody should answer."""

    number: str
    kind: str
    place: str
    priority: str
    tone: str
    officer: str
    answer_by: str
    is_late: bool


@dataclass(frozen=True)
class NextAppeal:
    """An appeal that waits, with the day by which it should be decided (empty: none)."""

    number: str
    name: str
    citation: str
    reviewer: str
    filed_at: str
    decide_on: str


@dataclass(frozen=True)
class HearingToday:
    """A hearing of the day."""

    starts_at: str
    appeal: str
    name: str
    place: str


@dataclass(frozen=True)
class OpenDrawer:
    """A drawer in use. What should lie in it is not told: who counts is not to know."""

    id: str
    name: str
    holder_ref: str
    holder: str
    opened_at: str
    receipts: int


@dataclass(frozen=True)
class LimitNow:
    """A limit of a figure; `owner` is whose own it is (a staff id), `crossed_at` since when it is beyond, `hours`
    when it is a limit, if not always, and `is_watched` whether it is one now."""

    figure: str
    direction: str
    amount: int
    tone: str
    owner: str
    crossed_at: str
    hours: str
    is_watched: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The figures that are kept, as they stand at the instant of the look or come to on its local day; and those
    that are told apart, by what each part is of."""

    n: Mapping[str, int]
    apart: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Desks:
    """What waits at the desks at one instant. Amounts are minor units of the tenant's currency; `happened` stands
    for what happened just now (`feed`), of whatever day."""

    at: str
    day: str
    appeals_due: int
    appeals_with_nobody: int
    appeals_to_hear: int
    appeals_of: dict[str, int]
    next_decision_on: str
    proofs: int
    oldest_proof_at: str
    voids: int
    hearings_today: int
    calls_open: int
    calls_new: int
    calls_late: int
    drawers_to_sign: int
    to_deposit: int
    refunds: int
    disputes: int
    plans: int
    bank_lines: int
    invoices_overdue: int
    invoices_overdue_minor: int
    proven_at: str
    happened: str = ""
    citations_by_zone: list[tuple[str, int]] = field(default_factory=list)
    officers: list[OfficerAtWork] = field(default_factory=list)
    calls: list[OpenCall] = field(default_factory=list)
    appeals: list[NextAppeal] = field(default_factory=list)
    hearings: list[HearingToday] = field(default_factory=list)
    drawers: list[OpenDrawer] = field(default_factory=list)
    limits: list[LimitNow] = field(default_factory=list)
    version: str = ""
    changed: Mapping[str, int] = field(default_factory=dict)


SHARED = Shared.named(
    "waiting",
    REMEMBERED_SECONDS,
    LONGEST,
    Desks,
    OfficerAtWork,
    OpenCall,
    NextAppeal,
    HearingToday,
    OpenDrawer,
    LimitNow,
    recorded_only=True,
)


def desks(at: datetime, request: Found | None = None) -> Desks:
    """Return what waits at the desks: all who poll share one look, as they do of the live figures."""
    return shared(SHARED, at, look, request)


def look(at: datetime) -> Desks:
    """Return what waits at the desks as of `at`, from the database; the same number of queries always."""
    zone = programme.in_force(at).programme.tz
    today = local_date(at, zone)
    kept = _kept(at, local_day(today, zone))
    return Desks(
        at=at.astimezone(UTC).isoformat(),
        day=today.isoformat(),
        hearings_today=kept.n[enforced.HEARINGS],
        hearings=[
            HearingToday(
                _iso(one.slot.starts_at),
                one.appeal.number,
                one.appeal.name,
                one.slot.place or "By video",
            )
            for one in hearings.first_of(today, most=MOST_ROWS)
        ],
        happened=feed.mark(at),
        citations_by_zone=_by_zone(kept),
        officers=_officers(at),
        limits=_limits(at, zone),
        **_appeals(today, kept),
        **_proofs_and_voids(kept),
        **_calls(at, kept),
        **_money(kept),
    )


def _kept(at: datetime, day: Period) -> Kept:
    """What is kept of all desks, in two queries."""
    now, of_the_day = tallies.until(at), (day.start, day.end - timedelta.resolution)
    return Kept(
        tallies.sums(dict.fromkeys(LEVELS, now) | dict.fromkeys(OF_THE_DAY, of_the_day)),
        tallies.apart(
            dict.fromkeys(LEVELS_APART, now) | dict.fromkeys(OF_THE_DAY_APART, of_the_day)
        ),
    )


def _appeals(today: date, kept: Kept) -> dict[str, Any]:
    soon = (today + appeal_pages.SOON).isoformat()
    rows = list(appeal_pages.appeals("", me="", today=today)[:MOST_ROWS])
    dated = [one.decide_on for one in rows if one.decide_on is not None]
    return {
        "appeals_due": sum(n for day, n in kept.apart[enforced.BY_DAY].items() if day <= soon),
        "appeals_with_nobody": kept.n[enforced.WITH_NOBODY],
        "appeals_to_hear": kept.n[enforced.TO_HEAR],
        "appeals_of": dict(sorted(kept.apart[enforced.OF_REVIEWER].items())),
        "next_decision_on": dated[0].isoformat() if dated else "",
        "appeals": [
            NextAppeal(
                one.number,
                one.name,
                one.citation.number,
                one.reviewer,
                _iso(one.filed_at),
                one.decide_on.isoformat() if one.decide_on else "",
            )
            for one in rows
        ],
    }


def _proofs_and_voids(kept: Kept) -> dict[str, Any]:
    waiting = CureProof.objects.filter(decided_at=None)
    return {
        "proofs": kept.n[enforced.PROOFS],
        "oldest_proof_at": _iso(waiting.aggregate(oldest=Min("filed_at"))["oldest"]),
        "voids": kept.n[enforced.VOIDS],
    }


def _calls(at: datetime, kept: Kept) -> dict[str, Any]:
    rows = calls.call_rows(list(calls.calls("", at=at)[:MOST_ROWS]), at=at)
    return {
        "calls_open": kept.n[enforced.CALLS],
        "calls_new": kept.n[enforced.NEW_CALLS],
        "calls_late": kept.n[enforced.LATE_CALLS],
        "calls": [
            OpenCall(
                row.call.number,
                str(row.kind),
                row.call.zone_code or row.call.place,
                row.priority.text,
                row.priority.tone,
                row.call.officer,
                _iso(row.call.answer_by),
                row.call.answer_by < at,
            )
            for row in rows
        ],
    }


def _by_zone(kept: Kept) -> list[tuple[str, int]]:
    """The zones with the most citations of the day."""
    issued = kept.apart[enforced.ISSUED_IN].items()
    return sorted(issued, key=lambda one: (-one[1], one[0]))[:MOST_ROWS]


def _officers(at: datetime) -> list[OfficerAtWork]:
    return [
        OfficerAtWork(
            row.mark,
            row.shift.officer,
            _iso(row.shift.began_at),
            row.beat.name if row.beat else "",
            row.call.number if row.call else "",
            _iso(row.position.seen_at) if row.position else "",
            row.position.lat if row.position else 0.0,
            row.position.lon if row.position else 0.0,
            row.has_agreed,
        )
        for row in crew.at_work(at=at)
    ]


def _limits(at: datetime, zone: ZoneInfo) -> list[LimitNow]:
    return [
        LimitNow(
            one.figure,
            one.direction,
            one.amount,
            one.tone,
            str(one.owner_id or ""),
            _iso(one.crossed_at),
            one.hours,
            Limit(one.direction, one.amount, one.hours).is_watched(at, zone),
        )
        for one in FigureLimit.objects.order_by("figure", "amount", "pk")
    ]


def _money(kept: Kept) -> dict[str, Any]:
    proof = money.last_proof()
    return {
        "refunds": kept.n[paid.REFUNDS],
        "disputes": kept.n[paid.DISPUTES],
        "plans": kept.n[paid.PLANS],
        "bank_lines": kept.n[paid.BANK_LINES],
        "drawers_to_sign": kept.n[paid.TO_SIGN],
        "to_deposit": kept.n[paid.TO_DEPOSIT],
        "invoices_overdue": kept.n[paid.OVERDUE],
        "invoices_overdue_minor": kept.n[paid.OVERDUE_MINOR],
        "proven_at": _iso(proof.as_of_at) if proof else "",
        "drawers": [
            OpenDrawer(
                str(one.public_id),
                one.name,
                one.holder_ref,
                one.holder_name,
                _iso(one.opened_at),
                kept.apart[paid.RECEIPTS].get(str(one.public_id), 0),
            )
            for one in money.drawers("open").order_by("opened_at", "pk")
        ],
    }


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
