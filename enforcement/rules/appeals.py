"""Whether a citation may be appealed or decided, until when, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parkops.kernel.dates import days_after
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, say, word
from parkops.kernel.windows import Calendar
from parkops.programme.violation_schema import Appeal

GROUNDS = {
    "had_permit": "I had a permit or had paid",
    "not_my_vehicle": "It was not my vehicle",
    "signs": "The signs or markings were missing or unclear",
    "equipment": "The meter, kiosk or app did not work",
    "emergency": "It was an emergency or a breakdown",
    "wrong_details": "The citation has a mistake",
    "other": "Something else",
}
REASONS = {
    "rules_apply": "The rules apply as they are posted",
    "evidence": "The evidence supports it",
    "had_permit": "A permit or payment was valid",
    "signs": "Signs or markings were not clear",
    "equipment": "Equipment was out of order",
    "hardship": "Hardship or first time",
    "error": "The citation was written in error",
    "other": "Another reason",
}
OUTCOMES = {
    "upheld": "The citation stands",
    "reduced": "The fine is reduced",
    "dismissed": "The citation is dismissed",
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """An appeal that was filed before: its decision's local date and outcome; None while open."""

    number: str
    decided_on: date | None
    outcome: str = ""


def last_day(rule: Appeal, from_on: date, holidays: Calendar) -> date | None:
    """Return the last local day on which one may appeal what was issued or decided on `from_on`.

    Business days skip Saturdays, Sundays and the holidays. None: at any time.
    """
    if rule.within is None:
        return None
    business = rule.days == "business"
    return days_after(from_on, rule.within, business=business, holidays=holidays)


def may_appeal(
    rule: Appeal | None,
    *,
    status: str,
    issued_on: date,
    earlier: Sequence[Earlier],
    on: date,
    holidays: Calendar,
) -> Decision:
    """Decide whether the next level may be asked on the local date `on`.

    `rule` is the violation's, under the version of the citation; None if it cannot be appealed.
    `earlier` are the citation's appeals, oldest first.
    """
    if status in ("voided", "dismissed"):
        return Decision(
            "not_appealable",
            say("This citation is {status}; nothing is left to appeal.", status=word(str(status))),
        )
    if status == "warning":
        return Decision("not_appealable", "This is a warning; nothing is owed.")
    if rule is None:
        return Decision("not_appealable", "This violation cannot be appealed.")
    if earlier and earlier[-1].decided_on is None:
        return Decision(
            "not_appealable",
            say("Appeal {number} waits for its decision.", number=earlier[-1].number),
        )
    if len(earlier) >= len(rule.levels):
        return Decision(
            "appeal_closed",
            say("The decision of the {level} is the last.", level=word(rule.levels[-1])),
        )
    since = issued_on if not earlier else earlier[-1].decided_on or issued_on
    until = last_day(rule, since, holidays)
    if until is not None and on > until:
        return Decision(
            "appeal_closed",
            say("The last day to appeal was {day}.", day=LongDay(until)),
        )
    return ALLOWED


def may_decide(
    *, decided_on: date | None, issued_by_same_person: bool, filed_by_same_person: bool
) -> Decision:
    """Decide whether this person may decide an appeal."""
    if decided_on is not None:
        return Decision("decided", "This appeal has been decided.")
    if issued_by_same_person:
        return Decision("own_citation", "You issued this citation; somebody else decides.")
    if filed_by_same_person:
        return Decision("own_appeal", "You filed this appeal; somebody else decides it.")
    return ALLOWED


def check_outcome(outcome: str, amount: Money | None, *, full: Money) -> Decision:
    """Decide whether outcome and amount go together; `full` is what is owed before discounts."""
    if outcome not in OUTCOMES:
        words = ", ".join(OUTCOMES)
        return Decision(
            "outcome", say("The outcome is one of {words}.", words=words), field="outcome"
        )
    if outcome != "reduced":
        return ALLOWED
    if amount is None:
        return Decision("amount", "Give the amount that the fine is reduced to.", field="amount")
    if amount.minor <= 0:
        words = "A fine reduced to nothing is dismissed; choose that outcome."
        return Decision("amount", words, field="amount")
    if amount >= full:
        return Decision(
            "amount",
            say("A reduced fine is less than {amount}.", amount=full.amount),
            field="amount",
        )
    return ALLOWED
