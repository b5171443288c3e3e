"""What the rules say of payment plans: who may have one, which parts it is paid in, how it goes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from parkops.kernel.dates import add_months
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, say, say_n
from parkops.programme.plan_schema import PlanScheme

REMIND_BEFORE = 3
"""A part is reminded of this many days before it is due."""
CARD_TRIES = (0, 3, 7)
"""On which days after a part is due a saved card is charged for it."""

_WEEKS = {"week": 1, "two-weeks": 2}
_KINDS = {
    "citation": say("citations"),
    "permit": say("permits"),
    "session": say("parking sessions"),
    "fee": say("fees"),
    "boot": say("boots"),
    "tow": say("tows"),
    "storage": say("storage"),
}


@dataclass(frozen=True, slots=True)
class Owing:
    """A charge that may be paid in instalments: what it comes to in the plan, since when it is owed, when
    an appeal about it was decided, whether its vehicle is held, its raiser's own word, and which type of
    permit is bought by its being paid."""

    kind: str
    reference: str
    owed: Money
    since: date
    decided_on: date | None = None
    is_held: bool = False
    is_planned: bool = False
    own: Decision = ALLOWED
    buys: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a plan: until when how much is to be paid."""

    due_on: date
    minor: int


def may_hold(
    scheme: PlanScheme, owing: Sequence[Owing], *, audiences: tuple[str, ...], on: date
) -> Decision:
    """Decide whether these charges may be paid by a plan of this kind, asked for on `on`."""
    if not scheme.is_for(audiences):
        return Decision("not_for_you", say("{plan} is not for you.", plan=scheme.name))
    if not owing:
        return Decision("nothing_owed", say("Nothing is owed on this any more."))
    for one in owing:
        decision = _may_be_in(scheme, one, on)
        if not decision:
            return decision
    total = total_of(owing)
    if scheme.least and total < scheme.least:
        told = say("{plan} is for {least} or more.", plan=scheme.name, least=scheme.least)
        return Decision("too_little", told)
    if scheme.most and total > scheme.most:
        told = say("{plan} is for {most} at most.", plan=scheme.name, most=scheme.most)
        return Decision("too_much", told)
    return ALLOWED


def _may_be_in(scheme: PlanScheme, one: Owing, on: date) -> Decision:
    if one.is_planned:
        told = say("{reference} is on a payment plan already.", reference=one.reference)
        return Decision("on_plan", told)
    if not one.own:
        return one.own
    if scheme.buys and not (one.buys and scheme.sells(one.buys)):
        told = say("{plan} is not for {reference}.", plan=scheme.name, reference=one.reference)
        return Decision("kind", told)
    if one.buys and not scheme.buys:
        told = say(
            "{reference} is not bought yet: choose on its page how it is paid.",
            reference=one.reference,
        )
        return Decision("not_bought", told)
    if one.kind not in scheme.charges:
        told = say(
            "{plan} is not for {kind}.", plan=scheme.name, kind=_KINDS.get(one.kind, one.kind)
        )
        return Decision("kind", told)
    if one.is_held and not scheme.while_held:
        return Decision("held", say("Not while the vehicle is booted or towed."))
    last = _last_day(scheme, one)
    if last is not None and on > last:
        told = say(
            "It could be asked for until {day} for {reference}.",
            day=LongDay(last),
            reference=one.reference,
        )
        return Decision("too_late", told)
    return ALLOWED


def _last_day(scheme: PlanScheme, one: Owing) -> date | None:
    """The last day on which a plan may be asked for a charge; None where there is none."""
    if scheme.within is None:
        return None
    last = one.since + timedelta(days=scheme.within)
    if scheme.after_decision is not None and one.decided_on is not None:
        last = max(last, one.decided_on + timedelta(days=scheme.after_decision))
    return last


def total_of(owing: Sequence[Owing]) -> Money:
    """Return what charges come to together; there is at least one."""
    return sum((one.owed for one in owing[1:]), owing[0].owed)


def down_of(scheme: PlanScheme, total: Money) -> Money:
    """Return the part that is due on the first day."""
    if scheme.down is None:
        return Money(0, total.currency)
    if isinstance(scheme.down, Money):
        return min(scheme.down, total)
    return Money.round_half_up(Decimal(total.minor) * scheme.down, total.currency)


def counts(scheme: PlanScheme, total: Money) -> range:
    """Return the numbers of instalments that a plan over `total` may have; empty if it may have none."""
    down = down_of(scheme, total)
    rest = total.minor - down.minor
    first = 1 if down.minor else 2
    last = min(scheme.instalments, rest)
    if scheme.each_least and scheme.each_least.minor:
        last = min(last, rest // scheme.each_least.minor)
    if scheme.each_most and scheme.each_most.minor:
        first = max(first, -(-rest // scheme.each_most.minor))
    return range(first, last + 1)


def may_have(scheme: PlanScheme, total: Money, count: int | None = None) -> Decision:
    """Decide whether `total` can be paid in `count` instalments (None: in any number)."""
    allowed = counts(scheme, total)
    if not allowed:
        told = say("{total} cannot be paid by {plan}.", total=total, plan=scheme.name)
        return Decision("no_schedule", told, "instalments")
    if count is not None and count not in allowed:
        told = say(
            "Choose from {first} to {last} installments.", first=allowed[0], last=allowed[-1]
        )
        return Decision("instalments", told, "instalments")
    return ALLOWED


def schedule(scheme: PlanScheme, total: Money, count: int, *, start: date) -> list[Part]:
    """Return the parts of a plan over `total` in `count` instalments that begins on `start`. What buys
    something is paid in part at once: without a first part of its own by the first instalment.

    The instalments differ by one minor unit at most, the larger ones first, and add up to the total.
    """
    down = down_of(scheme, total)
    each, more = divmod(total.minor - down.minor, count)
    found = [Part(start, down.minor)] if down.minor else []
    begins = 0 if scheme.buys and not found else 1
    for n in range(count):
        found.append(Part(_due(scheme, start, n + begins), each + (n < more)))
    return [part for part in found if part.minor]


def _due(scheme: PlanScheme, start: date, n: int) -> date:
    weeks = _WEEKS.get(scheme.every)
    return add_months(start, n) if weeks is None else start + timedelta(weeks=weeks * n)


State = Literal["paid", "open", "due", "late"]


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a plan as it stands on a day: what is paid and left of it."""

    due_on: date
    minor: int
    paid: int
    state: State

    @property
    def left(self) -> int:
        """What is left to pay of it."""
        return self.minor - self.paid


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan has come on a day. `late` is what should have been paid before it, `now` what is
    to be paid next: all that is late, or the next part."""

    steps: tuple[Step, ...]
    left: int
    late: int
    now: int
    now_on: date | None
    ends_on: date | None
    is_over: bool

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left to pay."""
        return self.left == 0


def progress(parts: Sequence[Part], *, left: int, grace: int, on: date) -> Progress:
    """Return how a plan stands on `on` of which `left` is still owed: what was paid counts toward the
    parts in their order. `ends_on` is the last day on which what is late can be paid; it is over after."""
    covered = max(sum(part.minor for part in parts) - left, 0)
    steps = []
    for part in parts:
        paid = min(part.minor, covered)
        covered -= paid
        steps.append(Step(part.due_on, part.minor, paid, _state(part, paid, on)))
    owing = [step for step in steps if step.left]
    late = sum(step.left for step in owing if step.state == "late")
    ends_on = owing[0].due_on + timedelta(days=grace) if owing else None
    return Progress(
        steps=tuple(steps),
        left=left,
        late=late,
        now=late or (owing[0].left if owing else 0),
        now_on=owing[0].due_on if owing else None,
        ends_on=ends_on,
        is_over=ends_on is not None and on > ends_on,
    )


def _state(part: Part, paid: int, on: date) -> State:
    if paid == part.minor:
        return "paid"
    if on > part.due_on:
        return "late"
    return "due" if on >= part.due_on - timedelta(days=REMIND_BEFORE) else "open"


def left_of(*, owed: int, paid_before: int, paid: int, amount: int) -> int:
    """Return what is left of a charge that came into a plan owing `owed`, with `paid_before` paid: late
    fees that came back are no part of the plan, and what it was lowered to counts."""
    return max(min(owed + paid_before, amount) - paid, 0)


def may_put_off(scheme: PlanScheme, *, times: int, state: str) -> Decision:
    """Decide whether the dates of a plan may be put off once more."""
    if state != "running":
        return Decision("not_running", say("This plan does not run."))
    if times >= scheme.extensions:
        told = (
            say_n(
                "Its dates may be put off {n} time, and were.",
                "Its dates may be put off {n} times, and were.",
                scheme.extensions,
            )
            if scheme.extensions
            else say("Its dates are not put off.")
        )
        return Decision("no_extension", told)
    return ALLOWED


def may_go_on(
    scheme: PlanScheme, *, state: str, times: int, ended_on: date, late: Money, on: date
) -> Decision:
    """Decide whether a plan that ended for a late part may go on: not too often, in time, and once what
    is late has been paid."""
    if state != "defaulted":
        return Decision("not_ended", say("This plan did not end for a late part."))
    if times >= scheme.reinstatements:
        return Decision("no_reinstatement", say("This plan cannot go on any more."))
    last = ended_on + timedelta(days=scheme.reinstate_within)
    if on > last:
        told = say("This plan could go on until {day}.", day=LongDay(last))
        return Decision("too_late", told)
    if late.minor:
        return Decision("late", say("Pay {late} first: it is late.", late=late))
    return ALLOWED


def due_anew(parts: Sequence[Part], *, left: int, on: date) -> list[Part]:
    """Return the parts with those that are not paid in full due on `on` at the earliest: money for them
    had come, and was lost again."""
    covered = max(sum(part.minor for part in parts) - left, 0)
    found = []
    for part in parts:
        covered -= part.minor
        found.append(Part(max(part.due_on, on) if covered < 0 else part.due_on, part.minor))
    return found


def put_off(parts: Sequence[Part], *, by_days: int, left: int) -> list[Part]:
    """Return the parts with those that are not paid in full so many days later."""
    covered = max(sum(part.minor for part in parts) - left, 0)
    found = []
    for part in parts:
        covered -= part.minor
        moved = part.due_on + timedelta(days=by_days) if covered < 0 else part.due_on
        found.append(Part(moved, part.minor))
    return found
