"""Permits that go with a first one of the same holder: they end with it at the latest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date, months_touched, rolling_end
from parkops.kernel.decisions import ALLOWED, Decision, Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import joined, say
from parkops.programme.permit_schema import Fixed, PermitType, Rolling
from parkops.programme.schema import Programme
from permits.rules.terms import Part, Run, day_text, own_days


@dataclass(frozen=True, slots=True)
class First:
    """The permit that others of its holder go with: its number, and until when it goes, with the
    renewals that are paid."""

    number: str
    ends_at: datetime


def needs_first(kind: PermitType, rules: Programme, first: First | None) -> Decision:
    """Decide whether somebody whose first permit is `first` may have one that goes with it; a type
    that goes with its own needs none for the first."""
    if first is not None or not kind.second_to or is_own(kind):
        return ALLOWED
    kinds = [rules.permit_type(code) for code in kind.second_to]
    names = joined([one.name for one in kinds if one], ", ")
    return Decision(
        "needs_first",
        say(
            "{kind} goes with a paid permit of: {names}. You have none.",
            kind=kind.name,
            names=names,
        ),
    )


def is_own(kind: PermitType) -> bool:
    """Return whether a type goes with others of its own."""
    return code_key(kind.code) in {code_key(code) for code in kind.second_to}


def cut(kind: PermitType, run: Run, first: First | None, *, zone: ZoneInfo) -> Run:
    """Return the term, ended with the first permit if that is earlier; its price is for the months
    that begin before then.

    :raises Refused: "first_over" if nothing is left of it.
    """
    if first is None or run.period.end <= first.ends_at:
        return run
    if first.ends_at <= run.period.start:
        raise Refused(
            "first_over",
            say(
                "It goes with permit {number}, which ends on {day}: renew that one first.",
                number=first.number,
                day=day_text(local_date(first.ends_at, zone)),
            ),
        )
    period = Period(run.period.start, first.ends_at)
    return replace(run, period=period, part=_part(kind, period, first, zone))


def _part(kind: PermitType, period: Period, first: First, zone: ZoneInfo) -> Part:
    begins, after = own_days(period, zone)
    months = whole = 1
    if isinstance(kind.term, Rolling):
        whole = kind.term.months
        while months < whole and rolling_end(begins, months) < after:
            months += 1
    elif isinstance(kind.term, Fixed):
        months = months_touched(begins, after)
        whole = months_touched(kind.term.starts_on, kind.term.ends_on)
    return Part(
        Fraction(months, whole),
        months,
        say(
            "It ends with permit {number}: the price is for {months} of {whole} months.",
            number=first.number,
            months=months,
            whole=whole,
        ),
    )


def primary(lines: Sequence[tuple[int, str, datetime]]) -> First | None:
    """Return the first permit of rows (the first of its line of renewals, number, end): of the oldest
    line, with the end of the last of it."""
    if not lines:
        return None
    oldest = min(root for root, _, _ in lines)
    own = sorted((ends, number) for root, number, ends in lines if root == oldest)
    return First(own[0][1], own[-1][0])
