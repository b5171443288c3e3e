"""What a rate by the hour should become by demand: the rule that San Francisco publishes, with a program's own
terms where it has some. Pure.

Transportation Code, Division II, section 402: from 80% of the spaces taken on the rate goes up by 0.25, below 60%
down by 0.25, within 0.50 and 10.00 an hour, at most once in 28 days. From its pilot come the larger step below
30%, the bands of the day, and seven days' notice.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money, decimals
from parkops.programme.schema import DemandTerms

LEAST_DAYS = 8
LEAST_LOOKS, LEAST_PAYERS = 30, 10
ELASTICITY, WEAKEST, STRONGEST = -0.4, -0.2, -0.6
"""By how many hundredths demand changes with a rate that is dearer by one: an assumption, and its range."""
FOUR_WEEKS = 28
WHOLE = 100
EXACT = 9
"""To so many decimals a share is compared."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The steps and limits of rates in a currency, the shares of spaces from which on they count, and how many
    days lie between two changes and before one."""

    step: Money
    large_step: Money
    least: Money
    most: Money
    full: float
    empty: float
    very_empty: float
    every: int
    notice: int

    @classmethod
    def usual(cls, currency: str) -> "Terms":
        """Return the published ones: 0.25 and 0.50, within 0.50 and 10.00; 25 and 50 where there are no cents."""
        return cls.of(DemandTerms(), currency)

    @classmethod
    def of(cls, told: DemandTerms, currency: str) -> "Terms":
        """Return what a program says, and what is published where it says nothing."""
        unit = 10 ** max(decimals(currency) - 2, 0)

        def usual(minor: int) -> Money:
            return Money(minor * unit, currency)

        step = usual(25) if told.step is None else told.step
        least, most = told.least, told.most
        if most is None:
            most = max(usual(1000), least or usual(0))
        return cls(
            step=step,
            large_step=max(usual(50), step) if told.large_step is None else told.large_step,
            least=min(usual(50), most) if least is None else least,
            most=most,
            full=float(told.full),
            empty=float(told.empty),
            very_empty=float(told.very_empty),
            every=told.every,
            notice=told.notice,
        )

    @property
    def aim(self) -> str:
        """How many of the spaces should be taken: 60% to 80%."""
        return f"{percent(self.empty)} to {percent(self.full)}"

    @property
    def shares(self) -> tuple[str, str, str]:
        """From where on it is dearer, below where cheaper, and below where by the larger step."""
        return percent(self.full), percent(self.empty), percent(self.very_empty)

    @property
    def is_usual(self) -> bool:
        """Whether they are the published ones."""
        return self == Terms.usual(self.step.currency)


@dataclass(frozen=True, slots=True)
class Measured:
    """How full some hours were: the mean share of spaces taken, by how much it may be off nine times in ten,
    on how many days, how often a space was free, and what that rests on, in words."""

    occupancy: float
    error: float
    days: int
    free_share: float
    because: tuple[str, ...]

    @property
    def text(self) -> str:
        """The occupancy with its error: 84% ± 3; to a tenth, so that 59.6% is not told as 60%."""
        error = self.error * WHOLE
        told = f"{error:.1f}" if error < 1 else f"{error:.0f}"
        return f"{percent(round(self.occupancy, 3))} ± {told}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rate should become, and why. `decision` says why nothing is proposed; `is_sure` that no limit
    lies within the error."""

    rate: Money
    decision: Decision
    because: tuple[str, ...]
    is_sure: bool = True

    @property
    def changes(self) -> bool:
        """Whether another rate is proposed."""
        return bool(self.decision)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change should do: the share of spaces taken and the revenue of four weeks, each with its range."""

    least_taken: float
    taken: float
    most_taken: float
    revenue_now: Money
    least_revenue: Money
    most_revenue: Money


def is_known(*, spaces: int, counted_days: int, days: int, looks: int, payers: int) -> Decision:
    """Decide whether enough is known of some hours to price them: by counts, or by paid stays and looks."""
    if not spaces:
        return Decision("no_spaces", "The program does not say how many spaces there are.")
    if counted_days >= LEAST_DAYS:
        return ALLOWED
    if days < LEAST_DAYS:
        return Decision(
            "few_days",
            f"It is known on {_days(days)}; {LEAST_DAYS} are needed since the last change.",
        )
    if looks < LEAST_LOOKS or payers < LEAST_PAYERS:
        return Decision(
            "few_looks",
            f"Nobody counted there, and of {looks} vehicles looked at {payers} had paid; "
            f"{LEAST_LOOKS} and {LEAST_PAYERS} are needed to know how many do not pay.",
        )
    return ALLOWED


def propose(
    current: Money,
    measured: Measured,
    *,
    terms: Terms,
    changed_on: date | None,
    today: date,
    changes_on: date | None = None,
) -> Proposal:
    """Return what a rate by the hour should become on `today`, `changed_on` being when it last changed, and
    `changes_on` when another that is published already begins."""
    told = f"{measured.text} of the spaces were taken, on {_days(measured.days)}."
    again = changed_on + timedelta(days=terms.every) if changed_on else None
    if again is not None and today < again:
        after = f"after {_days(terms.every)}"
        wait = (
            f"It changed on {changed_on:%-d %B}; it may change again from {again:%-d %B}, {after}."
        )
        return Proposal(current, Decision("too_soon", wait), (told, wait))
    if changes_on is not None:
        wait = f"Another rate is published already and begins on {changes_on:%-d %B}."
        return Proposal(current, Decision("too_soon", wait), (told, wait))
    # A mean of many equal shares is off by the last bit, which no limit is to hang on.
    taken = round(measured.occupancy, EXACT)
    full, empty, very_empty = terms.shares
    if terms.empty <= taken < terms.full:
        fine = f"{terms.aim} is the aim: it stays."
        return Proposal(current, Decision("on_target", fine), (told, fine))
    if taken >= terms.full:
        rate = max(current, min(current + terms.step, terms.most))
        bound = terms.most
        step, limit = f"{full} or more: {terms.step} up.", f"{bound} is the most."
    else:
        is_very = taken < terms.very_empty
        down, below = (terms.large_step, very_empty) if is_very else (terms.step, empty)
        rate = min(current, max(current - down, terms.least))
        bound = terms.least
        step, limit = f"Below {below}: {down} down.", f"{bound} is the least."
    if rate == current:
        return Proposal(current, Decision("at_limit", limit), (told, step, limit))
    held = [limit] if rate == bound else []
    is_sure = not _limit_within(measured, terms)
    if not is_sure:
        held.append("A limit lies within the error: look again before it is changed.")
    return Proposal(rate, ALLOWED, (told, step, *held), is_sure)


def effect(
    current: Money, proposed: Money, measured: Measured, *, paid_hours: float, days: int
) -> Effect:
    """Return what is expected of a change, out of `paid_hours` paid on `days` days (of the calendar)."""
    ratio = proposed.minor / current.minor if current.minor else 1.0
    taken = sorted(min(measured.occupancy * ratio**e, 1.0) for e in (WEAKEST, STRONGEST))
    now = current.minor * paid_hours * FOUR_WEEKS / max(days, 1)
    then = sorted(now * ratio ** (1 + e) for e in (WEAKEST, STRONGEST))

    def money(minor: float) -> Money:
        return Money(round(minor), current.currency)

    return Effect(
        least_taken=taken[0],
        taken=min(measured.occupancy * ratio**ELASTICITY, 1.0),
        most_taken=taken[1],
        revenue_now=money(now),
        least_revenue=money(then[0]),
        most_revenue=money(then[1]),
    )


def percent(share: float) -> str:
    """Return a share as it is said: 62.5%."""
    return f"{round(share * WHOLE, 4):g}%"


def _limit_within(measured: Measured, terms: Terms) -> bool:
    low, high = measured.occupancy - measured.error, measured.occupancy + measured.error
    return any(low < limit <= high for limit in (terms.full, terms.empty))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
