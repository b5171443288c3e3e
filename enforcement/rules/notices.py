"""Which stage of a citation is told to its owner, and in which words. Pure."""

from enforcement.rules.owed import COLLECTIONS

LOOK_UP = "owner-lookup"
"""The stage at which the owner is looked up: nobody can be told before."""
HOLD = "registration-hold"
BOOT = "boot-notice"
"""What the letter is called by which an owner is told that the vehicle may be booted."""
OWNER = "owner"
"""The first notice to an owner who was found after the citation had gone on."""


def is_told(stage: str) -> bool:
    """Return whether the owner is written to when this stage is reached."""
    return bool(stage) and stage.casefold() != LOOK_UP


def kind_of(stage: str) -> str:
    """Return which notice goes out: collections, registration-hold, or a reminder."""
    folded = stage.casefold()
    return folded if folded in (COLLECTIONS, HOLD) else "reminder"
