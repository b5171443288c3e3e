"""The pages of the ledger, as tabs."""

from django.urls import reverse

from parkops.ui.values import Tab

_PAGES = (
    ("accounts", "Accounts"),
    ("months", "Months"),
    ("codes", "Codes"),
    ("exports", "Exports"),
    ("proof", "Proof"),
)


def tabs(current: str) -> list[Tab]:
    """Return the pages of the ledger, of which `current` is shown."""
    return [
        Tab(label, reverse(f"office_ledger:{name}"), None, name == current)
        for name, label in _PAGES
    ]
