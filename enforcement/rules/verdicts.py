"""What a plate check says: the first verdict that applies, and why, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from enforcement.rules.stays import Stay
from parkops.kernel.windows import describe
from parkops.programme.schema import Zone

SEEN_ON_SITE = timedelta(hours=4)
"""Another vehicle of a permit seen less than this long ago is taken to be on site still."""


class Verdict(StrEnum):
    """The verdicts, in the order in which they are tried."""

    NOT_ENFORCED = "not_enforced"
    AUTHORIZED = "authorized"
    SECOND_VEHICLE = "second_vehicle"
    GRACE = "grace"
    OVERTIME = "overtime"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True)
class Held:
    """A right that holds in the zone now. `others_on_site` are plates of it seen there before this
    one; with `on_site` of them its places are taken (None: it has no such limit)."""

    because: str
    lifts_max_stay: bool = False
    on_site: int | None = None
    others_on_site: tuple[str, ...] = ()

    @property
    def is_used_up(self) -> bool:
        """Whether other vehicles already stand on all of its places."""
        return self.on_site is not None and len(self.others_on_site) >= self.on_site


@dataclass(frozen=True, slots=True)
class Ended:
    """A right that ended a short while ago."""

    ended_at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a verdict rests on: the zone, whether it is enforced now, and what is known.

    `enforced_since` is when the present enforced hours began, from which a stay counts at the
    earliest. `is_paid` says that a session rate covers the zone.
    """

    zone: Zone
    at: datetime
    tz: ZoneInfo
    is_enforced: bool
    enforced_since: datetime | None = None
    is_paid: bool = False
    held: Sequence[Held] = ()
    ended: Sequence[Ended] = ()
    not_held: Sequence[str] = ()
    stay: Stay | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its reasons; the last one decides. `until` is when it changes, if known."""

    verdict: Verdict
    because: tuple[str, ...]
    until: datetime | None = None


def judge(question: Question) -> Finding:
    """Return the first verdict that applies to the question."""
    zone, at = question.zone, question.at
    enforced = f"{zone.code} is enforced {describe(zone.enforced)}."
    if not zone.enforced:
        return Finding(Verdict.NOT_ENFORCED, (f"{zone.code} is never enforced.",))
    if not question.is_enforced:
        local = at.astimezone(question.tz)
        said = f"It is not enforced on {local:%A} {local.day} {local:%B} at {local:%H:%M}."
        return Finding(Verdict.NOT_ENFORCED, (enforced, said))
    reasons = (enforced,)
    usable = [held for held in question.held if not held.is_used_up]
    limit = _limit(question, usable)
    over = limit is not None and limit.ends_at is not None and at >= limit.ends_at
    if not over and usable:
        free = (limit.text,) if limit else ()
        return Finding(Verdict.AUTHORIZED, (*reasons, *free, *_of(usable)))
    free_stay = None if question.is_paid else limit
    if not over and free_stay is not None:
        return Finding(Verdict.AUTHORIZED, (*reasons, free_stay.text), free_stay.ends_at)
    if question.held and not usable:
        used = [held for held in question.held if held.is_used_up]
        return Finding(Verdict.SECOND_VEHICLE, (*reasons, *_of(used), *map(_used_up, used)))
    return _late(question, limit, reasons, may_linger=bool(usable or free_stay))


def judge_outside(held: Sequence[Held]) -> Finding:
    """Return what is said of a place that no zone contains: nothing is regulated there, and only
    what holds everywhere holds."""
    told = "No zone of the program contains this position: there is no regulated area here."
    verdict = Verdict.AUTHORIZED if held else Verdict.UNAUTHORIZED
    return Finding(verdict, (told, *_of(held)))


def due_at(question: Question, until: Sequence[datetime]) -> datetime | None:
    """Return when a vehicle that stands there has to be looked at again, or had to be: when its time
    is up. None where nothing ends: nobody needs a right now, or what it has lifts the limit.

    `until` are the ends of the rights that lift the limit now and end themselves.
    """
    if not question.is_enforced or not question.zone.enforced:
        return None
    usable = [held for held in question.held if not held.is_used_up]
    if any(held.lifts_max_stay for held in usable):
        return max(until, default=None)
    limit = _limit(question, usable)
    if limit is not None and (usable or not question.is_paid):
        return limit.ends_at
    if usable:
        return None
    # It has no right and needs one: since its last one ended, or since it was first seen.
    ended = max((one.ended_at for one in question.ended), default=None)
    return ended or (question.stay.since if question.stay else question.at)


@dataclass(frozen=True, slots=True)
class _Limit:
    text: str
    ends_at: datetime | None


def _limit(question: Question, usable: Sequence[Held]) -> _Limit | None:
    """The time limit of the zone, unless a right lifts it; its end is known once it was seen."""
    max_stay = question.zone.max_stay
    if max_stay is None or any(held.lifts_max_stay for held in usable):
        return None
    text = f"{question.zone.code} allows {max_stay.text}"
    if question.stay is None:
        return _Limit(f"{text}; this vehicle has no chalk mark here yet.", None)
    since = question.stay.since
    if question.enforced_since is not None:
        since = max(since, question.enforced_since)
    ends_at = max_stay.after(since, question.tz) - question.stay.before
    earlier = ""
    if question.zone.stays == "day":
        text += " a day"
        stood = round(question.stay.before / timedelta(minutes=1))
        earlier = f" stood here for {stood} min earlier today, and" if stood else ""
    text = f"{text}; it{earlier} has been here since {_clock(since, question)}."
    return _Limit(text, ends_at)


def _late(
    question: Question, limit: _Limit | None, reasons: tuple[str, ...], *, may_linger: bool
) -> Finding:
    zone, at, tz = question.zone, question.at, question.tz
    own = _of(question.held)
    for ended in sorted(question.ended, key=lambda e: e.ended_at, reverse=True):
        until = zone.grace.after(ended.ended_at, tz)
        if ended.ended_at <= at < until:
            grace = f"{zone.grace.text} of grace run until {_clock(until, question)}."
            return Finding(Verdict.GRACE, (*reasons, ended.because, grace), until)
    if limit is not None and limit.ends_at is not None and at >= limit.ends_at:
        until = zone.grace.after(limit.ends_at, tz)
        reasons = (*reasons, *own, limit.text)
        past = f"The limit passed at {_clock(limit.ends_at, question)}"
        if at < until and may_linger:
            told = f"{past}; {zone.grace.text} of grace run until {_clock(until, question)}."
            return Finding(Verdict.GRACE, (*reasons, told), until)
        if at >= until:
            grace = f", grace at {_clock(until, question)}" if zone.grace else ""
            return Finding(Verdict.OVERTIME, (*reasons, f"{past}{grace}."))
    why = tuple(question.not_held) or (f"No permit, pass or paid session holds in {zone.code}.",)
    return Finding(Verdict.UNAUTHORIZED, (*reasons, *why))


def _of(held: Sequence[Held]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(right.because for right in held))


def _used_up(held: Held) -> str:
    plates = " and ".join(held.others_on_site)
    places = "one vehicle" if held.on_site == 1 else f"{held.on_site} vehicles"
    return f"It covers {places} at a time, and {plates} was seen there less than 4 hours ago."


def _clock(at: datetime, question: Question) -> str:
    local = at.astimezone(question.tz)
    if local.date() == question.at.astimezone(question.tz).date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%B} {local:%H:%M}"
