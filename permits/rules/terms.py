"""From when to when a permit runs, and in which places of its quota."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

from parkops.kernel.dates import local_date, midnight, rolling_end
from parkops.kernel.decisions import Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import joined, say
from parkops.programme.permit_schema import DayTerm, Fixed, HourTerm, PermitType, Rolling

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a term's price that is asked because the term was cut: its share, its months, and
    why."""

    share: Fraction
    months: int
    because: str


@dataclass(frozen=True, slots=True)
class Run:
    """A permit's own term. `count` is how many days or hours of price it is; 1 for other kinds.
    `part` is what is asked of the price if it ends before a whole term."""

    period: Period
    count: int = 1
    part: Part | None = None


def run_of(
    kind: PermitType,
    *,
    start: datetime,
    end: datetime | None = None,
    zone: ZoneInfo,
    anchor: date | None = None,
) -> Run:
    """Return the term of a permit that is to start at `start` (aware); the end is excluded.

    A fixed term starts at `start`, or where the term does if that is later. A rolling one starts
    at 00:00 of the day of `start`; a renewal gives `anchor`, the first start day of all, from
    which all months are counted together so that the day never drifts. Hours run from `start` to
    `end`, a begun one whole, at least `min`.

    :raises Refused: "term_over" for a fixed term that is over, "hours" for hours that cannot be.
    """
    term = kind.term
    if isinstance(term, Fixed):
        opens, closes = midnight(term.starts_on, zone), midnight(term.ends_on, zone)
        if start >= closes:
            raise Refused(
                "term_over",
                say(
                    "{kind} ended on {day}.",
                    kind=kind.name,
                    day=day_text(term.ends_on - timedelta(days=1)),
                ),
            )
        return Run(Period(max(start, opens), closes))
    if isinstance(term, Rolling):
        first = local_date(start, zone)
        last = rolling_end(first, term.months)
        if anchor is not None:
            last = _anchored_end(anchor, first, term.months)
        return Run(Period(midnight(first, zone), midnight(last, zone)))
    if isinstance(term, DayTerm):
        last = local_date(start, zone) + timedelta(days=term.days)
        return Run(Period(start, midnight(last, zone)), term.days)
    return _hours(term, start, end)


def _hours(term: HourTerm, start: datetime, end: datetime | None) -> Run:
    asked = (end - start) if end is not None else HOUR * term.min
    if asked <= timedelta():
        raise Refused("hours", "The end must be after the start.", field="end")
    hours = max(ceil(asked / HOUR), term.min)
    if term.max is not None and hours > term.max:
        raise Refused(
            "hours",
            say("At most {max} hours; this would be {hours}.", max=term.max, hours=hours),
            field="end",
        )
    return Run(Period(start, start + HOUR * hours), hours)


def _anchored_end(anchor: date, first: date, months: int) -> date:
    """Return the end of the term that follows one that ended on `first`, counted from `anchor`."""
    done = 0
    while rolling_end(anchor, done + months) <= first and done < 12_000:
        done += months
    return rolling_end(anchor, done + months)


def quota_terms(kind: PermitType, period: Period, zone: ZoneInfo) -> tuple[str, ...]:
    """Return in which terms of a quota a permit takes a place.

    A fixed term is one; rolling permits share one; days and hours take a place on every local day
    that they touch.
    """
    term = kind.term
    if isinstance(term, Fixed):
        return (term.starts_on.isoformat(),)
    if isinstance(term, Rolling):
        return ("",)
    first = local_date(period.start, zone)
    last = local_date(period.end - timedelta(microseconds=1), zone)
    return tuple((first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1))


def own_days(period: Period, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first local day of a term and the first day after it."""
    first = local_date(period.start, zone)
    last = local_date(period.end - timedelta(microseconds=1), zone)
    return first, last + timedelta(days=1)


def day_text(on: date) -> str:
    """Return a day as reasons write it: "31 Aug 2027"."""
    return say("{day}", day=on)


def clock_text(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as reasons write it: "15 Jul 2026, 08:00"; midnight is only its day."""
    local = at.astimezone(zone)
    text = day_text(local.date())
    if (local.hour, local.minute) == (0, 0):
        return text
    return joined([text, f"{local:%H:%M}"], ", ")


def span_text(period: Period, zone: ZoneInfo) -> str:
    """Return a term in words, both days included: "1 Sep 2026 to 31 Aug 2027"."""
    first, after = own_days(period, zone)
    last = after - timedelta(days=1)
    local_start, local_end = period.start.astimezone(zone), period.end.astimezone(zone)
    if (local_end.hour, local_end.minute) != (0, 0) or period.seconds < 24 * 3600:
        begins = joined([day_text(first), f"{local_start:%H:%M}"], ", ")
        ends = "24:00" if (local_end.hour, local_end.minute) == (0, 0) else f"{local_end:%H:%M}"
        until = ends if first == last else joined([day_text(last), ends], ", ")
        return say("{begins} to {ends}", begins=begins, ends=until)
    if first == last:
        return day_text(first)
    return say("{begins} to {ends}", begins=day_text(first), ends=day_text(last))
