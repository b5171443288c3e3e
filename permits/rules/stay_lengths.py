"""How long somebody may want to park: lengths to choose from, each with its price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import local_date, local_instant
from parkops.kernel.decisions import Refused
from parkops.kernel.periods import Period, merged
from parkops.kernel.texts import say
from parkops.kernel.windows import Events
from parkops.programme.schema import Programme, Rate
from permits.rules import sessions
from permits.rules.sessions import StayQuote

LENGTHS = (15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10_080)
"""The lengths offered, in minutes, within what the rates allow."""
LONGEST = 10_080
"""The longest offered where the rates have no limit."""
AHEAD = timedelta(days=8)
"""How far ahead is looked for when parking is charged."""


@dataclass(frozen=True, slots=True)
class Length:
    """One length: how many minutes, until when, and what it costs; `is_until` ends at that instant
    however long the paying takes."""

    minutes: int
    ends_at: datetime
    quote: StayQuote
    is_until: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """Whether parking is charged now, and when that changes next (None: not within a week)."""

    now: bool
    changes_at: datetime | None


def charged(
    rates: Sequence[Rate], programme: Programme, *, at: datetime, events: Events | None = None
) -> Charged:
    """Return whether any rate charges at `at`, and until or from when."""
    span = Period(at, at + AHEAD)
    spans = merged([p for rate in rates for p in programme.periods(rate.when, span, events=events)])
    first = spans[0] if spans else None
    if first is None:
        return Charged(False, None)
    if first.start > at:
        return Charged(False, first.start)
    return Charged(True, first.end if first.end < span.end else None)


def lengths(
    rates: Sequence[Rate], programme: Programme, *, at: datetime, events: Events | None = None
) -> list[Length]:
    """Return what may be chosen at `at`, the shortest first; empty if nothing that is allowed costs
    anything.

    Where the charge ends before the longest stay does, that instant is a choice of its own, and of
    those that end after it without costing more none is offered.
    """
    least, most = limits(rates)
    wanted = {n for n in (*LENGTHS, least, most) if least <= n <= most}
    state = charged(rates, programme, at=at, events=events)

    def length(ends_at: datetime, *, is_until: bool) -> Length:
        quote = sessions.price_of_stay(rates, programme, start=at, end=ends_at, events=events)
        return Length(minutes_until(at, ends_at), ends_at, quote, is_until)

    found = [length(at + timedelta(minutes=n), is_until=False) for n in sorted(wanted)]
    if state.now and state.changes_at is not None:
        last = length(state.changes_at, is_until=True)
        if least <= last.minutes <= most:
            found = [one for one in found if one.ends_at < last.ends_at] + [
                last,
                *(
                    one
                    for one in found
                    if one.ends_at > last.ends_at and one.quote.total.minor > last.quote.total.minor
                ),
            ]
    return [one for one in found if one.quote.total.minor]


def extensions(
    rates: Sequence[Rate], *, starts_at: datetime, ends_at: datetime
) -> list[tuple[int, datetime]]:
    """Return by how many minutes a stay may grow, and its end then; the longest allowed is last."""
    left = limits(rates)[1] - minutes_until(starts_at, ends_at)
    wanted = sorted({n for n in (*LENGTHS, left) if 0 < n <= left})
    return [(n, ends_at + timedelta(minutes=n)) for n in wanted]


def limits(rates: Sequence[Rate]) -> tuple[int, int]:
    """Return the least and the most minutes of a stay."""
    least = min((rate.min.total_minutes if rate.min else 1) for rate in rates)
    longest = [rate.max.total_minutes if rate.max else LONGEST for rate in rates]
    return least, max(longest)


def minutes_until(start: datetime, end: datetime) -> int:
    """Return the minutes from start to end, a begun one whole."""
    return -int((start - end).total_seconds() // 60)


def minutes_of(minutes: int) -> timedelta:
    """Return so many elapsed minutes."""
    return timedelta(minutes=minutes)


def until(clock: time, zone: ZoneInfo, *, at: datetime) -> datetime:
    """Return the next instant at which the clocks show `clock`: today, or tomorrow if it is past."""
    today, minute = local_date(at, zone), clock.hour * 60 + clock.minute
    ends_at = local_instant(today, minute, zone)
    if ends_at <= at:
        ends_at = local_instant(today + timedelta(days=1), minute, zone)
    return ends_at


def require_length(
    rates: Sequence[Rate], *, zone_code: str, start: datetime, ends_at: datetime, zone: ZoneInfo
) -> None:
    """Do nothing if a stay may last until `ends_at`.

    :raises Refused: "no_rate", "too_short" or "too_long", with until when it may last.
    """
    try:
        sessions.check_length(rates, zone_code=zone_code, minutes=minutes_until(start, ends_at))
    except Refused as refusal:
        if refusal.code != "too_long":
            raise
        last = (start + timedelta(minutes=limits(rates)[1])).astimezone(zone)
        raise Refused(
            "too_long",
            say(
                "The longest stay in {zone_code} is until {clock}.",
                zone_code=zone_code,
                clock=f"{last:%H:%M}",
            ),
            field="until",
        ) from refusal
