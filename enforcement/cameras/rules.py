"""What becomes of a read: checked by itself, or looked at by a person first; and what is a hit."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from parkops.kernel.decisions import ALLOWED, Conflict, Decision, Refused
from parkops.kernel.plates import plate_key

CLOCK_MAY_BE_AHEAD = timedelta(minutes=5)
"""A camera's clock that is further ahead than this is wrong: the instant of arrival counts then."""

HITS = frozenset({"unauthorized", "overtime", "second_vehicle"})
"""The verdicts for which a read is kept."""


class State(StrEnum):
    """Where a read stands."""

    CHECKED = "checked"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """How people call it."""
        return "Waits for review" if self is State.WAITING else self.value.capitalize()


class LookAlike(Protocol):
    """A plate with a right that looks like the one read."""

    @property
    def plate(self) -> str:
        """The plate."""
        ...

    @property
    def why(self) -> str:
        """How it differs."""
        ...


def doubts(share: float | None, *, sure: float, look_alikes: Sequence[LookAlike] = ()) -> list[str]:
    """Return why a person has to look at a read before it counts; nothing if nobody has to."""
    found = []
    if share is None:
        found.append("The camera does not say how sure it is.")
    elif share < sure:
        found.append(f"The camera is {percent(share)} sure; below {percent(sure)} a person looks.")
    found += [f"{one.plate} has a right here and looks alike: {one.why}." for one in look_alikes]
    return found


def is_hit(verdict: str, alerts: Collection[object]) -> bool:
    """Return whether a check found something to act on: a verdict against it, or an alert."""
    return verdict in HITS or bool(alerts)


def instant_of(taken: datetime | None, *, received: datetime) -> datetime:
    """Return when a picture was taken: as the camera says, unless it says nothing or is ahead of time."""
    if taken is None or taken > received + CLOCK_MAY_BE_AHEAD:
        return received
    return taken


def may_settle(plate: str) -> Decision:
    """Return whether a reviewer's plate can be checked."""
    try:
        plate_key(plate)
    except ValueError as error:
        return Decision("plate", str(error), field="plate")
    return ALLOWED


def settled_as(read: str, plate: str) -> State:
    """Return whether a reviewer's plate accepts what was read, or corrects it."""
    return State.ACCEPTED if plate_key(read) == plate_key(plate) else State.CORRECTED


def require_reason(reason: str) -> str:
    """Return the reason for a rejection.

    :raises Refused: if there is none.
    """
    words = " ".join(reason.split())
    if not words:
        raise Refused("reason", "Say why the read is rejected.", field="reason")
    return words


def decided_already(state: str, by: str) -> Conflict:
    """Return the refusal of a second, other decision."""
    return Conflict("decided", f"{by} has decided this read: {State(state).label.lower()}.")


def percent(share: float) -> str:
    """Return a share as people read it, cut and not rounded up: 0.899 is 89 %."""
    return f"{int(share * 100 + 1e-9)} %"
