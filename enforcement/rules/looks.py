"""Who is told that a plate was looked at."""

from datetime import datetime, timedelta

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say

SAME_LOOK = timedelta(minutes=5)
"""The same person's same look-up again within this is one look."""


def may_be_told(*, is_held: bool, others: int, covered_since: datetime | None) -> Decision:
    """Decide whether a customer is told which looks at a plate exist.

    A plate stands on every car for all to read, so having typed it proves nothing: it is told to who
    holds it alone, with an active permit on it, and from when the permit has had it.
    """
    if not is_held:
        return Decision("not_yours", say("This vehicle is not on your account."))
    if others:
        told = say(
            "Another account has this plate too. Ask the parking office to decide whose it is."
        )
        return Decision("shared", told)
    if covered_since is None:
        told = say("This is shown once an active permit has this plate on it.")
        return Decision("not_proven", told)
    return ALLOWED


def may_look(*, reason: str, known: frozenset[str], words: str) -> Decision:
    """Decide whether somebody of the staff may see a plate's history: with a reason."""
    if reason not in known:
        return Decision("reason", say("Choose why you look."), field="reason")
    if reason == "other" and not words.strip():
        return Decision("words", say("Say in a few words why you look."), field="words")
    return ALLOWED
