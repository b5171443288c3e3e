"""Whether a citation may be appealed or decided, until when, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from parkops.kernel.codes import code_key
from parkops.kernel.dates import days_after
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, listed, named, say, word
from parkops.kernel.windows import Calendar
from parkops.programme.appeal_schema import OTHER, Appeals, Ground, Reason
from parkops.programme.violation_schema import Appeal

WITHDRAWN = "withdrawn"
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
NEEDS = {
    "picture": named("a picture"),
    "document": named("a document"),
    "text": named("your words"),
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """An appeal that was filed before: its decision's local date and outcome; None while open."""

    number: str
    decided_on: date | None
    outcome: str = ""
    is_closed: bool = False


def grounds_of(appeals: Appeals) -> tuple[Ground, ...]:
    """Return the grounds that are offered: the tenant's or the usual ones, always with `other`."""
    if not appeals.grounds:
        return tuple(Ground(code=code, name=name) for code, name in GROUNDS.items())
    if any(code_key(one.code) == OTHER for one in appeals.grounds):
        return appeals.grounds
    return (*appeals.grounds, Ground(code=OTHER, name=GROUNDS[OTHER]))


def reasons_of(appeals: Appeals) -> tuple[Reason, ...]:
    """Return the reasons of decisions: the tenant's or the usual ones, always with `other`."""
    if not appeals.reasons:
        return tuple(Reason(code=code, name=name) for code, name in REASONS.items())
    if any(code_key(one.code) == OTHER for one in appeals.reasons):
        return appeals.reasons
    return (*appeals.reasons, Reason(code=OTHER, name=REASONS[OTHER]))


def ground_named(appeals: Appeals, code: str) -> Ground | None:
    """Return the ground of this code, without case; None if it is not offered."""
    return next((g for g in grounds_of(appeals) if code_key(g.code) == code_key(code)), None)


def reason_named(appeals: Appeals, code: str) -> Reason | None:
    """Return the reason of this code, without case; None if there is none."""
    return next((r for r in reasons_of(appeals) if code_key(r.code) == code_key(code)), None)


def missing_of(ground: Ground, *, pictures: int, documents: int) -> list[str]:
    """Return what the ground needs and did not come; a picture of a paper is a document too."""
    came = {"picture": pictures > 0, "document": documents + pictures > 0, "text": True}
    return [need for need in ground.needs if not came[need]]


def check_evidence(missing: Sequence[str]) -> Decision:
    """Decide whether an appeal is complete, in words for who sends it."""
    if not missing:
        return ALLOWED
    wanted = listed(word(NEEDS[need]) for need in missing)
    told = say("These grounds need {what}. Add it, then send the appeal again.", what=wanted)
    return Decision("evidence", told, field="documents" if "document" in missing else "pictures")


def decide_day(appeals: Appeals, filed_on: date, holidays: Calendar) -> date:
    """Return the local day by which an appeal filed on `filed_on` should be decided."""
    business = appeals.days == "business"
    return days_after(filed_on, appeals.decide_within, business=business, holidays=holidays)


def counted(earlier: Sequence[Earlier]) -> list[Earlier]:
    """Return the appeals that used up their level: all that were not withdrawn."""
    return [one for one in earlier if one.outcome != WITHDRAWN]


def last_day(rule: Appeal, from_on: date, holidays: Calendar, *, level: int = 1) -> date | None:
    """Return the last local day on which one may appeal what was issued or decided on `from_on`.

    Business days skip Saturdays, Sundays and the holidays. None: at any time.
    """
    within = rule.within_of(level)
    if within is None:
        return None
    business = rule.days == "business"
    return days_after(from_on, within, business=business, holidays=holidays)


def may_appeal(
    rule: Appeal | None,
    *,
    status: str,
    issued_on: date,
    earlier: Sequence[Earlier],
    on: date,
    holidays: Calendar,
    late_accepted: bool = False,
) -> Decision:
    """Decide whether the next level may be asked on the local date `on`.

    `rule` is the violation's, under the version of the citation; None if it cannot be appealed.
    `earlier` are the citation's appeals, oldest first. Staff may accept a late one.
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
    # Not of the last alone: of two that were filed at once the later may be the one that is decided.
    waits = next((one for one in earlier if one.decided_on is None), None)
    if waits is not None:
        return Decision(
            "not_appealable",
            say("Appeal {number} waits for its decision.", number=waits.number),
        )
    used = counted(earlier)
    if used and used[-1].is_closed:
        return Decision(
            "appeal_closed",
            say("The office closed the case of appeal {number}.", number=used[-1].number),
        )
    if len(used) >= len(rule.levels):
        return Decision(
            "appeal_closed",
            say("The decision of the {level} is the last.", level=word(rule.levels[-1])),
        )
    since = issued_on if not used else used[-1].decided_on or issued_on
    until = last_day(rule, since, holidays, level=len(used) + 1)
    if until is not None and on > until and not late_accepted:
        return Decision(
            "appeal_closed",
            say("The last day to appeal was {day}.", day=LongDay(until)),
        )
    return ALLOWED


def may_decide(
    *,
    decided_on: date | None,
    conflict: Decision = ALLOWED,
    unheard_at: str = "",
    fee_owed: str = "",
) -> Decision:
    """Decide whether this person may decide an appeal now.

    `conflict` is theirs with the case, `unheard_at` when a hearing that is booked takes place,
    `fee_owed` what is left of the appeal's fee.
    """
    if decided_on is not None:
        return Decision("decided", "This appeal has been decided.")
    if not conflict:
        return conflict
    if unheard_at:
        told = f"A hearing is booked for {unheard_at}. Record who came, or release it, then decide."
        return Decision("not_heard", told)
    if fee_owed:
        return Decision(
            "fee_owed",
            f"The fee of this appeal, {fee_owed}, is not paid. Take it or waive it first.",
        )
    return ALLOWED


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the words of a reason with what stands in braces filled in."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


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
