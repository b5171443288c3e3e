"""Whether a guest may take a pass by a link, and the codes of links."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say, say_n

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter that is taken for a digit: a code is also read off a poster."""
LENGTH = 12
MOST_LINKS = 50
"""How many links of one permit may be open at once."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A link as the rules see it: `used` passes stand by it, `by_plate` of them for this plate."""

    opens_at: datetime
    closes_at: datetime
    revoked_at: datetime | None
    uses: int | None
    used: int
    per_plate: int
    by_plate: int = 0


def new_code() -> str:
    """Return an unguessable code: 12 of 30 characters, more than 58 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def code_of(typed: str) -> str:
    """Return a code as it is kept, however it was typed."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())[:16]


def is_open(gate: Gate, *, at: datetime) -> Decision:
    """Decide whether a link gives passes at `at`."""
    if gate.revoked_at is not None and gate.revoked_at <= at:
        return Decision("link_revoked", "Your host has closed this link. Ask for a new one.")
    if at < gate.opens_at:
        return Decision("link_not_open", "This link does not give passes yet.")
    if at >= gate.closes_at:
        return Decision("link_over", "This link has run out. Ask your host for a new one.")
    if gate.uses is not None and gate.used >= gate.uses:
        return Decision("link_used_up", "All passes of this link are taken. Ask your host.")
    return ALLOWED


def may_take(gate: Gate, *, at: datetime) -> Decision:
    """Decide whether a plate may take a pass by a link at `at`."""
    decision = is_open(gate, at=at)
    if decision and gate.by_plate >= gate.per_plate:
        times = say_n("once", "{n} times", gate.per_plate)
        return Decision(
            "plate_used_up",
            say("The same plate takes a pass at most {times} by this link.", times=times),
        )
    return decision
