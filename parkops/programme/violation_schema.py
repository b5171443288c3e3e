"""What the programme file says of violations: fines, ladders, steps over time, appeals."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, model_validator

from parkops.kernel.dates import Duration
from parkops.kernel.money import Money
from parkops.programme.fields import (
    Amount,
    AmountOrShare,
    Code,
    Codes,
    Count,
    Days,
    Factor,
    Flag,
    LongSpan,
    Part,
    Span,
    Text,
    shown,
    wrong,
)


@dataclass(frozen=True, slots=True)
class NthWithin:
    """Which earlier citations count: those of the programme year, of so many days, or all since
    the last gap of so many days without one (`clean`)."""

    kind: Literal["programme-year", "days", "clean"]
    days: int = 0


def _read_nth_within(value: Any) -> NthWithin:
    if isinstance(value, NthWithin):
        return value
    if value == "programme-year":
        return NthWithin("programme-year")
    form = re.fullmatch(r"(clean\s+)?([0-9]{1,5})d", value) if isinstance(value, str) else None
    if form is None or not int(form[2]):
        wrong(f"{shown(value)} is not a span; write programme-year, 365d or clean 366d")
    return NthWithin("clean" if form[1] else "days", int(form[2]))


class NthStep(Part):
    """From the `n`th citation on: its fine (None: the violation's) and its sanction."""

    n: Count
    sanction: Literal["fine", "warning", "boot", "tow"] = "fine"
    fine: Amount | None = None


class Ladder(Part):
    """What repeating a violation on the same plate brings; `within` None counts all of them."""

    within: Annotated[NthWithin, PlainValidator(_read_nth_within)] | None = None
    steps: tuple[NthStep, ...] = ()

    @model_validator(mode="after")
    def _each_n_once(self) -> "Ladder":
        seen: set[int] = set()
        for at, step in enumerate(self.steps):
            if step.n in seen:
                wrong(f"there are two steps for n {step.n}; write each n once", "steps", at, "n")
            seen.add(step.n)
        return self

    def step_for(self, count: int) -> NthStep | None:
        """Return the step of the `count`th citation: that of the largest n not above it."""
        return max((s for s in self.steps if s.n <= count), key=lambda s: s.n, default=None)


class ScheduleStep(Part):
    """What changes while D <= issue + `within` days, or once D > issue + `after` days.

    `discount` and `add` are money, or a Decimal share of the running amount; `times` is a factor;
    `stage` is a name.
    """

    within: Days | None = None
    after: Days | None = None
    discount: AmountOrShare | None = None
    add: AmountOrShare | None = None
    times: Factor | None = None
    stage: Text | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ScheduleStep":
        if (self.within is None) == (self.after is None):
            wrong('a step has either within or after, such as {after: 14d, add: "15.00"}')
        effects = [e for e in (self.discount, self.add, self.times) if e is not None]
        if self.within is not None and (self.discount is None or self.stage or len(effects) > 1):
            wrong('a step with within has a discount, such as {within: 7d, discount: "50%"}')
        if self.after is not None and self.discount is not None:
            wrong("a discount holds within days, not after them; write within", "after")
        if len(effects) > 1:
            wrong("a step changes the amount once; write one step for each of add and times")
        if not effects and self.stage is None:
            wrong("the step changes nothing; write add, times or stage")
        return self


class Recite(Part):
    """When the same plate, zone and violation is cited again on one day."""

    after: LongSpan
    at_most: Count | None = None
    per: LongSpan | None = None


class NextLevel(Part):
    """What is otherwise from the second level on: the days after the decision, and the fee."""

    within: Days | None = None
    fee: Amount | None = None


class Appeal(Part):
    """How a citation is appealed; `within` None is at any time. `heard` are the levels at which the
    appellant is heard in person (left out: a level called hearing)."""

    within: Days | None = None
    days: Literal["calendar", "business"] = "calendar"
    levels: Annotated[tuple[Text, ...], Field(min_length=1)] = ("review",)
    fee: Amount | None = None
    pauses_clock: Flag = False
    next_level: NextLevel | None = None
    heard: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _hears_at_a_level(self) -> "Appeal":
        for at, name in enumerate(self.heard or ()):
            if name not in self.levels:
                wrong(f"{name} is not one of the levels; write one of them", "heard", at)
        return self

    def within_of(self, level: int) -> int | None:
        """Return the days in which this level may be asked, 1 being the first; None is at any time."""
        later = self.next_level
        return later.within if level > 1 and later and later.within is not None else self.within

    def fee_of(self, level: int) -> Money | None:
        """Return what asking this level costs."""
        later = self.next_level
        return later.fee if level > 1 and later and later.fee is not None else self.fee

    def is_heard(self, level_name: str) -> bool:
        """Return whether the appellant is heard at the level of this name."""
        if self.heard is not None:
            return level_name in self.heard
        return level_name.casefold() == "hearing"


class Cure(Part):
    """What a person shows, and until when, to have the citation dismissed."""

    proof: Text
    within: Span | None = None
    result: Literal["dismissed"] = "dismissed"


class Violation(Part):
    """A violation: where and by what it is raised, its fine, and what becomes of it.

    `formerly` are the codes it had before: reports that merge count what was written under them as this.
    With `cure_near_miss` it is a warning where a paid session runs that is one character or one zone
    off, once for each session; the customer may then move the session to where it was meant.
    """

    code: Code
    name: Text
    zones: Codes = ()
    raised_by: Literal["unauthorized", "overtime", "second_vehicle", "officer"] = "officer"
    fine: Amount
    nth: Ladder | None = None
    schedule: tuple[ScheduleStep, ...] = ()
    recite: Recite | None = None
    appeal: Appeal | None = None
    cure: Cure | None = None
    cure_near_miss: Flag = False
    towable: Flag = False
    formerly: Codes = ()

    @model_validator(mode="after")
    def _only_a_missing_right_is_near(self) -> "Violation":
        if self.cure_near_miss and self.raised_by != "unauthorized":
            wrong("only what is raised_by: unauthorized can be a near miss", "cure_near_miss")
        return self


class BootReason(Part):
    """Unpaid citations enough to boot: a number, an amount owed; both where both are given."""

    unpaid: Count | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "BootReason":
        if self.unpaid is None and self.amount is None:
            wrong('the reason is empty; write {unpaid: 3} or {amount: "350.00"}')
        return self


class Scofflaw(Part):
    """When a vehicle may be booted, and how long after that it may be towed (None: never)."""

    boot_when: tuple[BootReason, ...] = ()
    older_than: Span = Duration()
    notice: Span | None = None
    ignore: tuple[Literal["on_plan", "on_appeal"], ...] = ()
    tow_after_boot: Span | None = None
