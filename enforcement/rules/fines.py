"""Which fine a violation brings by its count on a plate, and whether it is cited again now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import Duration, local_date, midnight, year_of
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.programme.violation_schema import Ladder, Violation


@dataclass(frozen=True, slots=True)
class Fine:
    """What the `nth` citation of a violation brings; a warning owes nothing."""

    amount: Money
    nth: int
    sanction: str
    because: str
    is_near_miss: bool = False

    @property
    def is_warning(self) -> bool:
        """Whether nothing is owed because it is a warning."""
        return self.sanction == "warning"


def nth(
    ladder: Ladder | None,
    earlier: Sequence[datetime],
    *,
    at: datetime,
    zone: ZoneInfo,
    year_start: tuple[int, int],
) -> int:
    """Return the count of a citation at `at`, itself included.

    `earlier` are the instants of this violation's other citations on this plate, warnings included,
    voided and dismissed ones left out. Days are calendar days of `zone`.
    """
    before = sorted(moment for moment in earlier if moment <= at)
    if ladder is None or ladder.within is None:
        return len(before) + 1
    if ladder.within.kind == "programme-year":
        begins = midnight(year_of(local_date(at, zone), year_start), zone)
        return sum(moment >= begins for moment in before) + 1
    span = Duration(days=ladder.within.days)
    if ladder.within.kind == "days":
        return sum(span.after(moment, zone) > at for moment in before) + 1
    count, later = 1, at
    for moment in reversed(before):
        if span.after(moment, zone) <= later:
            break
        count, later = count + 1, moment
    return count


def fine_for(
    violation: Violation, count: int, *, warning: bool = False, near_miss: str = ""
) -> Fine:
    """Return the fine of the `count`th citation: the ladder's step with the largest n not above it.

    `warning` makes it a warning whatever the ladder says, and so does `near_miss`, which says what
    was paid and how it differs.
    """
    nothing = Money.zero(violation.fine.currency)
    if near_miss:
        text = say("{near_miss} So {code} is a warning.", near_miss=near_miss, code=violation.code)
        return Fine(nothing, count, "warning", text, is_near_miss=True)
    if warning:
        return Fine(
            nothing, count, "warning", say("{code} is given as a warning.", code=violation.code)
        )
    step = violation.nth.step_for(count) if violation.nth else None
    if step is None:
        text = say("{code} brings {amount}.", code=violation.code, amount=violation.fine)
        return Fine(violation.fine, count, "fine", text)
    if step.sanction == "warning":
        text = say(
            "Number {count} of {code} on this plate is a warning.", count=count, code=violation.code
        )
        return Fine(nothing, count, "warning", text)
    amount = violation.fine if step.fine is None else step.fine
    text = say(
        "Number {count} of {code} on this plate brings {amount}.",
        count=count,
        code=violation.code,
        amount=amount,
    )
    return Fine(amount, count, step.sanction, text)


def may_cite_again(
    violation: Violation, earlier: Sequence[datetime], *, at: datetime, zone: ZoneInfo
) -> Decision:
    """Decide whether a check proposes `violation` again for the same plate and zone.

    `earlier` are its citations on this plate in this zone. Without `recite` it is one a local day.
    """
    before = sorted(moment for moment in earlier if moment <= at)
    if not before:
        return ALLOWED
    last = before[-1]
    if violation.recite is None:
        if local_date(last, zone) != local_date(at, zone):
            return ALLOWED
        return _cited(violation, last, "once a day", zone)
    ready = violation.recite.after.after(last, zone)
    if at < ready:
        return _cited(
            violation, last, say("again after {text}", text=violation.recite.after.text), zone
        )
    most, per = violation.recite.at_most, violation.recite.per
    if most is not None:
        recent = [m for m in before if per is None or per.after(m, zone) > at]
        if len(recent) >= most:
            span = f" in {per.text}" if per is not None else ""
            return _cited(
                violation, last, say("at most {most} times{span}", most=most, span=span), zone
            )
    return ALLOWED


def earliest_that_counts(
    violation: Violation, *, at: datetime, zone: ZoneInfo, year_start: tuple[int, int]
) -> datetime | None:
    """Return since when citations can matter to the count at `at`; None if all of them can."""
    ladder = violation.nth
    if ladder is None or ladder.within is None or ladder.within.kind == "clean":
        return None
    if ladder.within.kind == "programme-year":
        return midnight(year_of(local_date(at, zone), year_start), zone)
    return at - timedelta(days=ladder.within.days + 1)


def _cited(violation: Violation, last: datetime, rule: str, zone: ZoneInfo) -> Decision:
    local = last.astimezone(zone)
    when = f"{local.day} {local:%B} at {local:%H:%M}"
    return Decision(
        "cited_already",
        say(
            "{code} was cited here on {when}; it is cited {rule}.",
            code=violation.code,
            when=when,
            rule=rule,
        ),
    )
