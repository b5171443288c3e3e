"""What a citation comes to on a local date, on which dates that changes, and why.

A day counts only while no appeal that pauses the clock is open and no payment plan runs: the date that
the steps see is the calendar's, moved back by the local days of each such time. Who pays by a plan has no
discount for early payment any more; what a plan leaves out comes back when it ends unpaid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, joined, say, say_n
from parkops.programme.violation_schema import ScheduleStep

DUE_AFTER_DAYS = 30
"""A citation whose schedule has no later step is due this many days after its issue."""
COLLECTIONS = "collections"

_TIMES = {Decimal(2): say("Doubled"), Decimal(3): say("Tripled")}


@dataclass(frozen=True, slots=True)
class Appealed:
    """An appeal as the amount sees it: local dates, `decided_on` None while it is open.

    `outcome` is upheld, reduced (to `amount`) or dismissed.
    """

    filed_on: date
    pauses: bool
    decided_on: date | None = None
    outcome: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The time of a payment plan, in local dates, `ended_on` None while it runs; one that `waives` leaves
    out what was added."""

    began_on: date
    ended_on: date | None = None
    waives: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a citation's fine that follows steps of its own."""

    fine: Money
    schedule: tuple[ScheduleStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What the amount of a citation rests on: fine, date of issue, steps, appeals.

    Where its violations have different steps, `schedule` has all of them and each of `shares` its
    own; an appeal that reduces the whole reduces each share alike.
    """

    fine: Money
    issued_on: date
    schedule: tuple[ScheduleStep, ...] = ()
    appeals: tuple[Appealed, ...] = ()
    shares: tuple[Share, ...] = ()
    plans: tuple[Planned, ...] = ()


def shared(
    parts: Sequence[Share],
    *,
    issued_on: date,
    appeals: tuple[Appealed, ...] = (),
    plans: tuple[Planned, ...] = (),
) -> Case:
    """Return the case of a citation whose violations are `parts`. Those with the same steps go
    together: what is added as a sum is added once."""
    steps = list(dict.fromkeys(part.schedule for part in parts))
    nothing = Money.zero(parts[0].fine.currency)
    shares = tuple(
        Share(sum((part.fine for part in parts if part.schedule == own), nothing), own)
        for own in steps
    )
    every = tuple(dict.fromkeys(step for schedule in steps for step in schedule))
    total = sum((share.fine for share in shares), nothing)
    return Case(total, issued_on, every, appeals, shares if len(shares) > 1 else (), plans)


@dataclass(frozen=True, slots=True)
class Owing:
    """What a citation comes to, before payments, and the stage that it has reached."""

    amount: Money
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """From a local date on, what the citation comes to, and why."""

    from_on: date
    owed: Money
    text: str


def counted_date(case: Case, on: date) -> date:
    """Return the date that the steps see on `on`: moved back by the days that the clock stood."""
    return on - timedelta(days=_days_stood(case, on))


def owing_on(case: Case, on: date) -> Owing:
    """Return what the case comes to on the local date `on`, with the appeals known by then.

    Steps apply in the order written, each to the running amount. It is rounded half up once, at the
    end, and is never below zero.
    """
    known = _known_by(case, on)
    if any(a.outcome == "dismissed" for a in known.appeals):
        return Owing(Money.zero(case.fine.currency), _stage(known, on))
    comes_to = sum((_comes_to(known, share, on) for share in _shares(known)), Decimal(0))
    amount = Money.round_half_up(comes_to, case.fine.currency)
    return Owing(amount, _stage(known, on))


def due_on(case: Case, on: date) -> date:
    """Return the last local date on which the case is not late, as it is known on `on`."""
    first = min((s.after for s in case.schedule if s.after is not None), default=DUE_AFTER_DAYS)
    known = _settled_by(_known_by(case, on), on)
    late = _first_seeing(known, case.issued_on + timedelta(days=first + 1))
    return late - timedelta(days=1)


def steps(case: Case, on: date) -> list[Step]:
    """Return every change of what is owed, oldest first, as it is known on `on`.

    An appeal still open then is taken as ending that day: later dates move with it.
    """
    known = _settled_by(_known_by(case, on), on)
    found: list[Step] = []
    before: tuple[Money, str] | None = None
    holding: tuple[ScheduleStep, ...] = ()
    for day in _days_of_change(known):
        owing = owing_on(known, day)
        now = tuple(_holding(known, day))
        if before != (owing.amount, owing.stage):
            found.append(Step(day, owing.amount, _told(known, day, holding, now)))
        before, holding = (owing.amount, owing.stage), now
    return found


def fully(case: Case, on: date) -> Money:
    """Return what the case comes to on `on` if no discount held."""
    shares = tuple(Share(share.fine, _undiscounted(share.schedule)) for share in case.shares)
    bare = replace(case, schedule=_undiscounted(case.schedule), shares=shares)
    return owing_on(bare, on).amount


def _undiscounted(schedule: tuple[ScheduleStep, ...]) -> tuple[ScheduleStep, ...]:
    return tuple(step for step in schedule if step.within is None)


def _shares(case: Case) -> tuple[Share, ...]:
    return case.shares or (Share(case.fine, case.schedule),)


def _comes_to(case: Case, share: Share, on: date) -> Decimal:
    """What a share of the case comes to on `on`, unrounded."""
    running = Decimal(share.fine.minor)
    reduced = _reduction(case)
    if reduced is not None and reduced.amount is not None:
        part = Decimal(share.fine.minor) / case.fine.minor if case.shares else Decimal(1)
        running = reduced.amount.minor * part
    for step in _in_effect(replace(case, schedule=share.schedule), on):
        running = _applied(step, running)
    return max(running, Decimal(0))


def _known_by(case: Case, on: date) -> Case:
    """The case with the appeals filed by `on`, those decided later still open."""
    appeals = [
        a
        if a.decided_on is not None and a.decided_on <= on
        else replace(a, decided_on=None, outcome="", amount=None)
        for a in case.appeals
        if a.filed_on <= on
    ]
    plans = [
        p if p.ended_on is not None and p.ended_on <= on else replace(p, ended_on=None)
        for p in case.plans
        if p.began_on <= on
    ]
    return replace(case, appeals=tuple(appeals), plans=tuple(plans))


def _settled_by(case: Case, on: date) -> Case:
    appeals = [a if a.decided_on else replace(a, decided_on=on) for a in case.appeals]
    plans = [p if p.ended_on else replace(p, ended_on=on) for p in case.plans]
    return replace(case, appeals=tuple(appeals), plans=tuple(plans))


def _days_stood(case: Case, on: date) -> int:
    """The local days before `on` on which the clock stood, each once."""
    times = [(a.filed_on, a.decided_on) for a in case.appeals if a.pauses]
    times += [(p.began_on, p.ended_on) for p in case.plans]
    days, reached = 0, date.min
    for first, last in sorted((first, min(last or on, on)) for first, last in times):
        if last > reached and last > first:
            days += (last - max(first, reached)).days
            reached = last
    return days


def _first_seeing(case: Case, counted: date) -> date:
    """The first calendar date on which the steps see `counted` or later."""
    on = counted
    while (seen := counted_date(case, on)) < counted:
        on += counted - seen
    return on


def _reduction(case: Case) -> Appealed | None:
    reduced = [a for a in case.appeals if a.outcome == "reduced" and a.decided_on is not None]
    return reduced[-1] if reduced else None


def _in_effect(case: Case, on: date) -> list[ScheduleStep]:
    """The steps that change the amount: after a reduction, only those that begin later than it."""
    reduced = _reduction(case)
    if reduced is None or reduced.decided_on is None:
        return _holding(case, on)
    already = _holding(case, reduced.decided_on)
    return [s for s in _holding(case, on) if s.within is None and s not in already]


def _holding(case: Case, on: date) -> list[ScheduleStep]:
    seen = counted_date(case, on)
    by_plan = any(plan.began_on <= on for plan in case.plans)
    waived = any(
        plan.waives and plan.began_on <= on and (plan.ended_on is None or on < plan.ended_on)
        for plan in case.plans
    )
    return [
        step
        for step in case.schedule
        if _holds(case, step, on, seen)
        and not (by_plan and step.within is not None)
        and not (waived and (step.add is not None or step.times is not None))
    ]


def _holds(case: Case, step: ScheduleStep, on: date, seen: date) -> bool:
    if step.after is not None:
        return seen > case.issued_on + timedelta(days=step.after)
    until = case.issued_on + timedelta(days=step.within or 0)
    return seen <= until or _is_offered_again(case, until, on)


def _is_offered_again(case: Case, until: date, on: date) -> bool:
    """Whether a refused appeal, filed within the discount's days, gives the days that were left."""
    for appeal in case.appeals:
        if appeal.outcome != "upheld" or appeal.decided_on is None:
            continue
        left = until - counted_date(case, appeal.filed_on)
        if left >= timedelta():
            return appeal.decided_on <= on <= appeal.decided_on + left
    return False


def _applied(step: ScheduleStep, running: Decimal) -> Decimal:
    if step.discount is not None:
        return running - _part(step.discount, running)
    if step.add is not None:
        return running + _part(step.add, running)
    return running * step.times if step.times is not None else running


def _part(change: Money | Decimal, running: Decimal) -> Decimal:
    return Decimal(change.minor) if isinstance(change, Money) else running * change


def _stage(case: Case, on: date) -> str:
    reached = [step.stage for step in _holding(case, on) if step.stage]
    return reached[-1] if reached else ""


def _days_of_change(case: Case) -> list[date]:
    days = {case.issued_on}
    for step in case.schedule:
        last = case.issued_on + timedelta(days=step.within or step.after or 0)
        days.add(_first_seeing(case, last + timedelta(days=1)))
        for appeal in case.appeals:
            left = last - counted_date(case, appeal.filed_on)
            if appeal.decided_on is not None and left >= timedelta():
                days.add(appeal.decided_on + left + timedelta(days=1))
    days |= {a.decided_on for a in case.appeals if a.decided_on is not None}
    days |= {day for p in case.plans for day in (p.began_on, p.ended_on) if day is not None}
    return sorted(day for day in days if day >= case.issued_on)


def _told(
    case: Case, day: date, before: tuple[ScheduleStep, ...], now: tuple[ScheduleStep, ...]
) -> str:
    for appeal in case.appeals:
        if appeal.decided_on == day and appeal.outcome == "dismissed":
            return say("The appeal ended in dismissal; nothing is owed.")
        if appeal.decided_on == day and appeal.outcome == "reduced" and appeal.amount is not None:
            return say("Reduced to {amount} on appeal.", amount=appeal.amount)
    if any(plan.began_on == day for plan in case.plans):
        return say("A payment plan begins; nothing is added while it runs.")
    if any(plan.ended_on == day for plan in case.plans):
        return say("The payment plan has ended.")
    begun = [_begins(case, step, day) for step in now if step not in before]
    ended = any(step not in now for step in before)
    words = ([say("The discount has ended.")] if ended and not begun else []) + begun
    if not words:
        words = [say("The fine, {amount}.", amount=case.fine)]
    return words[0] if len(words) == 1 else joined(words)


def _begins(case: Case, step: ScheduleStep, day: date) -> str:
    days = _days(step)
    if step.discount is not None:
        return say(
            "{amount} off until {day}.",
            amount=_amount(step.discount),
            day=_written(_last_day(case, step, day)),
        )
    parts = []
    if step.add is not None:
        parts.append(say("{amount} added after {days}", amount=_amount(step.add), days=days))
    if step.times is not None:
        parts.append(
            say(
                "{what} after {days}",
                what=_TIMES.get(step.times, say("Multiplied by {times}", times=step.times)),
                days=days,
            )
        )
    if step.stage is not None:
        parts.append(say("Stage {stage} after {days}", stage=step.stage, days=days))
    return say("{changes}.", changes=joined(parts, "; "))


def _last_day(case: Case, step: ScheduleStep, day: date) -> date:
    while _holds(case, step, day + timedelta(days=1), counted_date(case, day + timedelta(days=1))):
        day += timedelta(days=1)
    return day


def _days(step: ScheduleStep) -> str:
    count = step.within or step.after or 0
    return say_n("{n} day", "{n} days", count)


def _amount(change: Money | Decimal) -> str:
    if isinstance(change, Money):
        return say("{amount}", amount=change)
    return f"{(change * 100).normalize():f}%"


def _written(on: date) -> str:
    return say("{day}", day=LongDay(on))
