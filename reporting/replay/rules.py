"""What differs between the program as it is and a draft, for one record: pure, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from enforcement.rules.verdicts import Verdict
from parkops.kernel.codes import code_key
from parkops.programme.schema import Programme
from permits.rules.priced import Priced


class Kind(StrEnum):
    """What is read again."""

    VISIT = "visit"
    PERMIT = "permit"
    CITATION = "citation"
    CHECK = "check"


class Change(StrEnum):
    """How a record would be otherwise; `same` is not kept as a row."""

    SAME = "same"
    MORE = "more"
    LESS = "less"
    NOT_SOLD = "not_sold"
    SOLD = "sold"
    NOT_WRITTEN = "not_written"
    NEW_VIOLATION = "new_violation"
    NO_VIOLATION = "no_violation"
    OTHER = "other"


class Aside(StrEnum):
    """Why a record is not compared."""

    FORGOTTEN = "forgotten"
    IMPORTED = "imported"
    PRICE = "price"
    FACTS = "facts"
    UNKNOWN = "unknown"


VIOLATING = frozenset({Verdict.SECOND_VEHICLE, Verdict.OVERTIME, Verdict.UNAUTHORIZED})
"""The verdicts that a violation may be raised by."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One record as it was and as it would be. Amounts are minor units; `is_settled` says that the
    money has been taken. `was` and `would` are words, where amounts do not say it all."""

    kind: Kind
    change: Change
    reference: str
    at: datetime
    zone: str
    audience: str
    was_minor: int = 0
    would_minor: int = 0
    was: str = ""
    would: str = ""
    because_was: tuple[str, ...] = ()
    because_would: tuple[str, ...] = ()
    is_settled: bool = True


Cell = tuple[str, str, str, str]
"""Kind, change, zone, audience."""


@dataclass(slots=True)
class Found:
    """What some records came to: sums of all of them by cell, the differences, what was set aside."""

    cells: dict[Cell, list[int]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    aside: dict[str, int] = field(default_factory=dict)
    done: int = 0

    def note(self, difference: Difference) -> None:
        """Count a record, and keep it if anything differs."""
        cell = (difference.kind, difference.change, difference.zone, difference.audience)
        sums = self.cells.setdefault(cell, [0, 0, 0])
        sums[0] += 1
        sums[1] += difference.was_minor
        sums[2] += difference.would_minor
        self.done += 1
        if difference.change is not Change.SAME:
            self.differences.append(difference)

    def leave(self, why: Aside) -> None:
        """Count a record that cannot be compared."""
        self.aside[why] = self.aside.get(why, 0) + 1
        self.done += 1


def sale(was: Priced, would: Priced) -> tuple[Change, int, int]:
    """Return how a sale would differ, and the minor units kept of it before and then.

    Why somebody could not buy counts only where the program as it is has nothing against it: people
    have changed since.
    """
    if was.refused and would.refused:
        return Change.SAME, 0, 0
    if was.refused:
        return Change.SOLD, 0, would.kept.minor
    if would.refused or (would.not_for and not was.not_for):
        return Change.NOT_SOLD, was.kept.minor, 0
    return by_amount(was.kept.minor, would.kept.minor), was.kept.minor, would.kept.minor


def by_amount(was: int, would: int) -> Change:
    """Return whether it would be more, less or the same."""
    if was == would:
        return Change.SAME
    return Change.MORE if would > was else Change.LESS


def check(was: Verdict, would: Verdict, *, was_raised: bool, would_be_raised: bool) -> Change:
    """Return how a check would differ; a violation counts if the program has one for the verdict."""
    if would_be_raised and not was_raised:
        return Change.NEW_VIOLATION
    if was_raised and not would_be_raised:
        return Change.NO_VIOLATION
    return Change.SAME if was is would else Change.OTHER


@dataclass(frozen=True, slots=True)
class Gone:
    """Something of the program that the draft has no more."""

    kind: str
    code: str
    name: str


def gone(base: Programme, draft: Programme) -> list[Gone]:
    """Return the zones, permit types and violations of `base` that `draft` has not."""
    found: list[Gone] = []
    for kind, before, after in (
        ("zone", base.zones, draft.zones),
        ("permit type", base.permit_types, draft.permit_types),
        ("violation", base.violations, draft.violations),
    ):
        left = {code_key(part.code) for part in after}
        found += [Gone(kind, p.code, p.name) for p in before if code_key(p.code) not in left]
    return found


@dataclass(frozen=True, slots=True)
class Sums:
    """Records, and what they came to before and would come to, in minor units."""

    count: int = 0
    was: int = 0
    would: int = 0

    @property
    def more(self) -> int:
        """How much more it would be."""
        return self.would - self.was

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count + other.count, self.was + other.was, self.would + other.would)


def summed(
    cells: Mapping[Cell, Iterable[int]],
    *,
    kinds: Iterable[str] = tuple(Kind),
    changes: Iterable[str] = tuple(Change),
    zone: str | None = None,
    audience: str | None = None,
) -> Sums:
    """Return the sums of the cells of these kinds and changes, in a zone, of an audience."""
    kinds, changes, total = set(kinds), set(changes), Sums()
    for (kind, change, where, who), sums in cells.items():
        if (
            kind in kinds
            and change in changes
            and zone in (None, where)
            and audience in (None, who)
        ):
            total += Sums(*sums)
    return total


REVENUE = (Kind.VISIT, Kind.PERMIT, Kind.CITATION)
"""What money was asked for; a check alone brings none."""
CHANGED = tuple(change for change in Change if change is not Change.SAME)
