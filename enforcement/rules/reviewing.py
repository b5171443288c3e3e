"""Who may not decide an appeal, who is given it, and whether a decision is unlike the like ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from parkops.kernel.decisions import ALLOWED, Decision

LIKE_ENOUGH = 5
"""So many like cases say something."""
MOST_AGREE = 0.7
"""The share of them that has to have ended in one way, for another to be unusual."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could decide: their id, name and address, and how much they have to do.

    `is_reviewer`: it is their own role. `last_given` counts up with each appeal they were given.
    """

    ref: str
    name: str
    email: str = ""
    is_reviewer: bool = True
    open_appeals: int = 0
    last_given: float = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Who has been in a case: the officer, who filed it, the appellant, who decided before."""

    officer_ref: str = ""
    filed_by_ref: str = ""
    appellant_email: str = ""
    decided_before: tuple[str, ...] = ()


def conflict_of(person: Person, case: Case) -> Decision:
    """Decide whether a person is free to decide a case; people are compared, a token is nobody."""
    if not person.ref:
        return ALLOWED
    if person.ref == case.officer_ref:
        return Decision("own_citation", "You issued this citation; somebody else decides.")
    is_own = bool(person.email) and person.email.casefold() == case.appellant_email.casefold()
    if person.ref == case.filed_by_ref or is_own:
        return Decision("own_appeal", "You filed this appeal; somebody else decides it.")
    if person.ref in case.decided_before:
        return Decision(
            "same_reviewer",
            "You decided an earlier level of this citation; somebody else decides this one.",
        )
    return ALLOWED


def chosen(people: Sequence[Person], case: Case) -> Person | None:
    """Return who is given a case: of those free of conflict a reviewer by role, then who has least
    to do, then who was given one longest ago; None if nobody is free."""
    free = [one for one in people if conflict_of(one, case)]
    return min(
        free,
        key=lambda one: (not one.is_reviewer, one.open_appeals, one.last_given, int(one.ref)),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like cases ended: how many there are, and how many of them otherwise than this one."""

    alike: int
    otherwise: int

    @property
    def is_unusual(self) -> bool:
        """Whether nearly all of enough like cases ended otherwise."""
        return self.alike >= LIKE_ENOUGH and self.otherwise >= self.alike * MOST_AGREE


def likeness(outcome: str, like: Sequence[str]) -> Likeness:
    """Return how an outcome stands beside those of like cases."""
    return Likeness(len(like), sum(one != outcome for one in like))
