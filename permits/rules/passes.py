"""How much of a permit's allotment of visitors' passes is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parkops.kernel.dates import Duration
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.periods import Period
from parkops.kernel.texts import say, say_n
from parkops.programme.permit_schema import Passes


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a permit has of passes: the whole, and what is left, in uses or in minutes."""

    whole: int
    left: int
    in_minutes: bool

    @property
    def text(self) -> str:
        """What is left in words: "71 hours", "2 passes"."""
        if not self.in_minutes:
            return say_n("{n} pass", "{n} passes", self.left)
        return Duration(minutes=max(self.left, 0)).text


def allotment(rule: Passes, *, given: Sequence[Period], term: Period, wanted: Period) -> Allotment:
    """Return what is left for a pass of the time `wanted`, before it is given.

    `given` are the times of the passes so far; one ended early counts only to its end, one called
    off before it began not at all. With `per`
    a duration, what counts is the use inside any stretch of that length that holds `wanted`: the
    fullest one decides.
    """
    if isinstance(rule.uses, int):
        whole, in_minutes = rule.uses, False
    else:
        whole, in_minutes = rule.uses.total_minutes, True
    if rule.per is None:
        used = _used(given, term, in_minutes)
        return Allotment(whole, whole - used, in_minutes)
    length = rule.per.timedelta
    starts = {wanted.end - length, wanted.start}
    for period in given:
        starts |= {period.start, period.end - length}
    windows = [
        Period(start, start + length)
        for start in starts
        if start <= wanted.start and wanted.end <= start + length
    ] or [Period(wanted.start, max(wanted.end, wanted.start + length))]
    used = max(_used(given, window, in_minutes) for window in windows)
    return Allotment(whole, whole - used, in_minutes)


def may_give(
    rule: Passes | None,
    *,
    given: Sequence[Period],
    same_plate: Sequence[Period] = (),
    term: Period,
    wanted: Period,
) -> Decision:
    """Decide whether a pass for the time `wanted` may be given out of the allotment.

    `given` are the times of all passes so far, `same_plate` of those that this plate has had.
    """
    if rule is None:
        return Decision("no_passes", "This permit gives no visitor passes.")
    if not (term.start <= wanted.start and wanted.end <= term.end):
        return Decision("outside_term", "The pass must be within the permit's own term.")
    if rule.longest is not None and wanted.end - wanted.start > rule.longest.timedelta:
        return Decision(
            "pass_too_long", say("A pass is at most {span} long.", span=rule.longest.text)
        )
    if rule.at_once is not None and _at_once(given, wanted) >= rule.at_once:
        most = say_n("{n} pass runs", "{n} passes run", rule.at_once)
        return Decision(
            "too_many_at_once", say("At most {most} at the same time. End one first.", most=most)
        )
    if rule.per_plate is not None:
        had = allotment(
            Passes.model_construct(uses=rule.per_plate, per=rule.per),
            given=same_plate,
            term=term,
            wanted=wanted,
        )
        if had.left < 1:
            within = "" if rule.per is None else say(" within {span}", span=rule.per.text)
            times = say_n("once", "{n} times", rule.per_plate)
            return Decision(
                "plate_used_up",
                say(
                    "The same plate gets a pass at most {times}{within}.",
                    times=times,
                    within=within,
                ),
            )
    have = allotment(rule, given=given, term=term, wanted=wanted)
    asks = int(wanted.seconds // 60) if have.in_minutes else 1
    if asks <= have.left:
        return ALLOWED
    per = "" if rule.per is None else say(" within {span}", span=rule.per.text)
    left = have.text if have.left > 0 else say("nothing")
    return Decision(
        "passes_used_up", say("Of the passes{per}, {left} is left.", per=per, left=left)
    )


def given_back(rule: Passes, *, was: Period, now: Period) -> str:
    """Say what comes back to the allotment when a pass of the time `was` ends as `now`."""
    if isinstance(rule.uses, int):
        return (
            say("The pass is unused again.")
            if not now
            else say("The pass was used and stays counted.")
        )
    minutes = _minutes(was) - _minutes(now)
    if not minutes:
        return say("Nothing comes back.")
    return say("{span} come back.", span=Duration(minutes=minutes).text)


def _at_once(given: Sequence[Period], wanted: Period) -> int:
    """Count the most passes that run at one instant of `wanted`."""
    others = [part for period in given if (part := period.overlap(wanted)) is not None]
    return max((sum(o.contains(p.start) for o in others) for p in others), default=0)


def _used(given: Sequence[Period], window: Period, in_minutes: bool) -> int:
    if not in_minutes:
        return sum(1 for p in given if p and window.start <= p.start < window.end)
    parts = [part for period in given if (part := period.overlap(window)) is not None]
    return sum(_minutes(part) for part in parts)


def _minutes(period: Period) -> int:
    """Elapsed minutes, a begun one whole."""
    return -int(-timedelta(seconds=period.seconds) // timedelta(minutes=1))


def pass_period(start: datetime, hours: float) -> Period:
    """Return the time of a pass of `hours` from `start`."""
    return Period(start, start + timedelta(hours=hours))
