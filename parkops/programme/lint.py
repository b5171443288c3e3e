"""What is surely unwanted in a programme. (Placeholder by the lead; helper A replaces this file.)"""

from datetime import date

from parkops.programme.schema import Programme


def findings(programme: Programme, *, today: date) -> list[str]:
    """Return one line for each finding."""
    return []
