"""When what an officer wrote and what the office knows disagree, and who may decide."""

from collections.abc import Sequence

from parkops.kernel.decisions import ALLOWED, Decision

ABOUT_RIGHTS = ("unauthorized", "overtime", "second_vehicle")
"""What is raised by these stands or falls with the rights of the plate."""


def right_existed(*, raised_by: str, verdict: str, rights: Sequence[str]) -> str:
    """Return why a citation is in doubt: a right held at its instant. Empty where none did.

    `rights` say in words which rights held; a citation that an officer raises for something else
    (a blocked door) is not touched by them.
    """
    if raised_by not in ABOUT_RIGHTS or verdict != "authorized" or not rights:
        return ""
    return " ".join(dict.fromkeys(rights))


def may_decide(*, is_own: bool, reason: str) -> Decision:
    """Decide whether somebody may decide about a held citation: not who wrote it, and with a reason."""
    if is_own:
        return Decision("own", "Somebody else decides about a citation that you wrote.")
    if not reason.strip():
        return Decision("reason", "Say why.", field="reason")
    return ALLOWED
