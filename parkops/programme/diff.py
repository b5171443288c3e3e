"""What a newer programme changes, in plain words. (Placeholder by the lead; helper A replaces this file.)"""

from parkops.programme.schema import Programme


def describe_changes(old: Programme, new: Programme) -> list[str]:
    """Return one line for each change."""
    return [] if old == new else ["The program changes."]
