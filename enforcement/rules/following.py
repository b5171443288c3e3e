"""How far an appeal has come and what happens next, in words for the appellant."""

from dataclasses import dataclass
from datetime import date

from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, say

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an appellant's page knows of an appeal. `heard` is "", booked, begun,
    attended or missed."""

    outcome: str
    is_heard: bool
    heard: str
    fee_owed: Money | None
    decide_on: date | None
    owed: Money
    is_closed: bool
    next_until: date | None
    may_go_on: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `now` of `total`, what it is called, and what happens next."""

    now: int
    total: int
    text: str
    next: tuple[str, ...]


def progress(facts: Facts) -> Progress:
    """Return how far an appeal has come."""
    total = 4 if facts.is_heard else 3
    if facts.outcome:
        return Progress(total, total, _end(facts), tuple(_after(facts)))
    if facts.fee_owed is not None and facts.fee_owed.minor:
        told = say("Pay the fee of {fee}. Then somebody looks at your appeal.", fee=facts.fee_owed)
        return Progress(1, total, say("the fee is to be paid"), (told,))
    if not facts.is_heard:
        return Progress(2, total, say("a reviewer looks at it"), tuple(_review(facts)))
    if facts.heard in ("begun", "attended", "missed"):
        return Progress(3, total, say("a reviewer decides"), tuple(_review(facts)))
    if facts.heard == "booked":
        told = say("Come to your hearing, or move it until 24 hours before.")
        return Progress(3, total, say("your hearing is booked"), (told,))
    told = say("Choose the time of your hearing below.")
    return Progress(2, total, say("your hearing is to be booked"), (told,))


def _review(facts: Facts) -> list[str]:
    told: list[str] = []
    if facts.decide_on is not None:
        told.append(say("We mean to decide it by {day}.", day=LongDay(facts.decide_on)))
    told.append(say("You get the decision by e-mail, and it stands on this page."))
    if facts.heard != "attended":
        told.append(say("Until then you can add what helps your case."))
    return told


def _end(facts: Facts) -> str:
    return say("closed without a decision") if facts.outcome == WITHDRAWN else say("decided")


def _after(facts: Facts) -> list[str]:
    told: list[str] = []
    if facts.outcome == "dismissed":
        told.append(say("Nothing is owed. What you had paid is given back the way it came."))
    elif facts.owed.minor:
        told.append(say("{owed} is to be paid for the citation.", owed=facts.owed))
    else:
        told.append(say("Nothing more is owed for the citation."))
    if facts.may_go_on and facts.next_until is not None:
        told.append(
            say("You can appeal to the next level until {day}.", day=LongDay(facts.next_until))
            if facts.outcome != WITHDRAWN
            else say("You can appeal anew until {day}.", day=LongDay(facts.next_until))
        )
    elif facts.may_go_on:
        told.append(say("You can still appeal."))
    elif facts.outcome not in ("dismissed", WITHDRAWN):
        told.append(say("This decision is the last one here."))
    return told
