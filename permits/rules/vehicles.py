"""When plates of a permit may change, and who has the right while another vehicle stands in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.periods import Period
from parkops.kernel.texts import named, say, say_n
from parkops.programme.permit_schema import PermitType

SHORTEST = timedelta(hours=1)
_LONGEST = named("A temporary vehicle may be named for {span} at most.")


def may_change(kind: PermitType, *, is_holder: bool, made: int) -> Decision:
    """Decide whether plates may be changed, `made` changes having been made by the holder within
    the program's period; staff and other systems always may."""
    limit = kind.vehicles.changes
    if not is_holder or limit is None or made < limit.most:
        return ALLOWED
    return Decision(
        "too_many_changes",
        say(
            "The plates of {kind} may be changed {times} in {span}. "
            "The parking office can change them.",
            kind=kind.name,
            times=_times(limit.most),
            span=limit.per,
        ),
    )


def may_add_temporary(
    kind: PermitType,
    *,
    asked: Period,
    permit: Period,
    listed: Sequence[str],
    plate_key: str,
    is_holder: bool,
    made: int,
    zone: ZoneInfo,
) -> Decision:
    """Decide whether a vehicle may be named for the period `asked` of a permit in force for
    `permit`, `made` having been named by the holder within the program's period."""
    rule = kind.vehicles.temporary
    if not kind.vehicles.max:
        return Decision("no_vehicles", say("{kind} covers no plate of its own.", kind=kind.name))
    if plate_key in listed:
        return Decision("already_listed", say("{plate} already has this permit.", plate=plate_key))
    if asked.start >= permit.end:
        return Decision("permit_over", "The permit ends before that.")
    if asked.start < permit.start:
        return Decision("too_early", "The permit has not begun by then.")
    if not is_holder:
        return ALLOWED
    if asked.end > rule.longest.after(asked.start, zone):
        return Decision(
            "too_long",
            say("A temporary vehicle may be named for {span} at most.", span=rule.longest),
        )
    if made >= rule.most:
        return Decision(
            "too_many_temporary",
            say(
                "Temporary vehicles may be named {times} in {span}. "
                "The parking office can name another.",
                times=_times(rule.most),
                span=rule.per,
            ),
        )
    return ALLOWED


def tidy_period(start: datetime, end: datetime, *, permit_end: datetime, at: datetime) -> Period:
    """Return the period that is meant: no start in the past, an hour at least, no end after the
    permit's."""
    start = max(start, at)
    end = max(end, start + SHORTEST)
    return Period(start, max(min(end, permit_end), start))


def share_out(stands_in: Sequence[Period], own: Period) -> tuple[list[Period], list[Period]]:
    """Return when each temporary vehicle has the right, and when the permit's own plate does.

    `stands_in` is in order of start: the next one ends the one before. The own plate has what is
    left of `own`; nobody has anything outside it.
    """
    cut = []
    for place, period in enumerate(stands_in):
        following = stands_in[place + 1].start if place + 1 < len(stands_in) else own.end
        start = min(max(period.start, own.start), own.end)
        cut.append(Period(start, max(min(period.end, following, own.end), start)))
    left, begins = [], own.start
    for period in cut:
        if period.start > begins:
            left.append(Period(begins, period.start))
        begins = max(begins, period.end)
    if begins < own.end:
        left.append(Period(begins, own.end))
    return cut, left


def _times(count: int) -> str:
    few = {0: say("not at all"), 1: say("once"), 2: say("twice")}
    return few.get(count, say_n("{n} time", "{n} times", count))
