"""When a vehicle may be booted, towed and let go, and what storage comes to. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from enforcement.rules.scofflaw import Arrears
from parkops.kernel.dates import Duration
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import Text, say, say_n

BOOTED = "booted"
"""The kind of the hot list's entry by which officers see that a vehicle is held."""
TOWABLE_FOR = timedelta(hours=24)
"""How long after its issue a citation that tows lets a vehicle be towed."""


class State(StrEnum):
    """How far a boot case has come."""

    ORDERED = "ordered"
    BOOTED = "booted"
    TOWED = "towed"
    RELEASED = "released"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the state of a case rests on; None where it has not come to pass."""

    applied_at: datetime | None = None
    towed_at: datetime | None = None
    released_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None


def state_of(facts: Facts) -> State:
    """Return how far the case has come."""
    if facts.cancelled_at is not None:
        return State.CANCELLED
    if facts.ended_at is not None:
        return State.ENDED
    if facts.released_at is not None:
        return State.RELEASED
    if facts.towed_at is not None:
        return State.TOWED
    return State.BOOTED if facts.applied_at is not None else State.ORDERED


def may_boot(arrears: Arrears) -> Decision:
    """Decide whether a vehicle may be booted for what counts against it now."""
    if arrears.may_boot:
        return ALLOWED
    if arrears.is_enough:
        return Decision("notice_first", f"{arrears.text}.")
    told = f"What is owed is not enough for a boot any more: {arrears.text}."
    if arrears.count == 0:
        told = "Nothing is owed on this vehicle that a boot could be put on for."
    return Decision("not_bootable", told)


def may_apply(state: State, arrears: Arrears) -> Decision:
    """Decide whether an ordered boot may be put on now: the rule must still hold."""
    if state in (State.BOOTED, State.TOWED):
        return Decision("held_already", f"This vehicle is {state} already.")
    if state is not State.ORDERED:
        return Decision("order_over", "This order is over. Order a boot anew.")
    return may_boot(arrears)


def may_tow(
    *,
    booted_at: datetime | None,
    after: Duration | None,
    towable_at: datetime | None,
    at: datetime,
    zone: ZoneInfo,
) -> Decision:
    """Decide whether a vehicle may be towed: `after` its boot, or for a citation that tows.

    `towable_at` is when the newest such citation was issued.
    """
    if towable_at is not None and at < towable_at + TOWABLE_FOR:
        return ALLOWED
    if booted_at is None:
        told = (
            "It is neither booted nor cited in the last 24 hours for something that is towed for."
        )
        return Decision("not_towable", told)
    if after is None:
        return Decision("not_towable", "The program tows no vehicle because of its boot.")
    ready = after.after(booted_at, zone)
    if at < ready:
        local = ready.astimezone(zone)
        told = f"It was booted too lately: it may be towed from {local.day} {local:%B %H:%M} on."
        return Decision("tow_later", told)
    return ALLOWED


def may_release(state: State, *, owed: Money, reason: str) -> Decision:
    """Decide whether somebody may let a vehicle go by hand: what is owed needs a reason."""
    if state in (State.ORDERED, State.CANCELLED, State.ENDED):
        return Decision("not_held", "This vehicle is not held.")
    if state is State.RELEASED or not owed.minor or reason.strip():
        return ALLOWED
    told = f"{owed.amount} is still owed. Say why it may go all the same."
    return Decision("still_owed", told)


def storage_days(towed_on: date, on: date) -> int:
    """Return how many local days are stored by `on`: the day of the tow and every day begun since."""
    return max((on - towed_on).days, 0) + 1


def storage(per_day: Money, days: int) -> Money:
    """Return what so many days of storage come to."""
    return Money(per_day.minor * days, per_day.currency)


def storage_text(per_day: Money, days: int) -> Text:
    """Return how the price of storage is made."""
    counted = say_n("{n} day", "{n} days", days)
    return say("Storage, {days} at {amount}", days=counted, amount=per_day)
