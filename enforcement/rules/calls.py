"""Calls for an officer: what they are about, how soon somebody comes, and which step follows which."""

from dataclasses import dataclass
from datetime import timedelta

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import named, say, word

NEW, ASSIGNED, ACCEPTED, ARRIVED = "new", "assigned", "accepted", "arrived"
DONE, CANCELLED = "done", "cancelled"
URGENT, HIGH, NORMAL, LOW = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Kind:
    """What a call is about, as callers read it, and how urgent it is of itself."""

    name: str
    priority: int
    is_public: bool = True


KINDS = {
    "blocked_driveway": Kind(named("A driveway is blocked"), URGENT),
    "blocked_way": Kind(named("A fire lane, crossing or sidewalk is blocked"), URGENT),
    "accessible": Kind(named("An accessible space is misused"), HIGH),
    "no_right": Kind(named("A vehicle parks without a permit"), NORMAL),
    "abandoned": Kind(named("A vehicle has not moved for days"), LOW),
    "equipment": Kind(named("A sign, meter or barrier is broken"), NORMAL),
    "other": Kind(named("Something else"), NORMAL),
    "check_zone": Kind(named("A zone is to be checked"), NORMAL, is_public=False),
    "escort": Kind(named("An officer is asked to be there"), HIGH, is_public=False),
}
OUTCOMES = {
    "cited": named("A citation was written"),
    "warned": named("The driver was told to move"),
    "gone": named("The vehicle was gone"),
    "allowed": named("The vehicle may stand there"),
    "towed": named("The vehicle is towed away"),
    "passed_on": named("It was passed on to who is responsible"),
    "not_found": named("Nothing was found there"),
    "other": named("Something else was done"),
}
STATES = {
    NEW: named("Nobody has it yet"),
    ASSIGNED: named("An officer has it"),
    ACCEPTED: named("An officer is on the way"),
    ARRIVED: named("An officer is there"),
    DONE: named("Done"),
    CANCELLED: named("Cancelled"),
}
INCIDENTS = {
    "threat": "Threat or assault",
    "accident": "Accident",
    "damage": "Damage to property",
    "injury": "Somebody hurt or ill",
    "equipment": "Equipment lost or broken",
    "hazard": "Danger on the street",
    "other": "Something else",
}
ANSWERED_WITHIN = {
    URGENT: timedelta(minutes=30),
    HIGH: timedelta(hours=1),
    NORMAL: timedelta(hours=4),
    LOW: timedelta(hours=24),
}
"""How soon an officer should be there, by priority."""
NEXT = {
    NEW: {ASSIGNED, ACCEPTED, CANCELLED, DONE},
    ASSIGNED: {NEW, ASSIGNED, ACCEPTED, CANCELLED, DONE},
    ACCEPTED: {NEW, ASSIGNED, ARRIVED, CANCELLED, DONE},
    ARRIVED: {NEW, ASSIGNED, CANCELLED, DONE},
    DONE: set(),
    CANCELLED: set(),
}
"""Which state a call may come to from which."""


def may_become(state: str, wanted: str) -> Decision:
    """Decide whether a call may come from one state to another."""
    if wanted in NEXT[state]:
        return ALLOWED
    if state in (DONE, CANCELLED):
        return Decision("over", say("This call is {state} already.", state=word(STATES[state])))
    return Decision(
        "order", say("This call is not at that point: {state}.", state=word(STATES[state]))
    )


def may_act(*, officer_ref: str, by_ref: str) -> Decision:
    """Decide whether an officer may act on a call: one that is theirs, or nobody's."""
    if officer_ref in ("", by_ref):
        return ALLOWED
    return Decision("not_yours", "Another officer has this call.")
