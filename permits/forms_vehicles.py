"""What the pages of vehicles ask."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from parkops.customers.models import Customer
from parkops.kernel.dates import midnight
from parkops.ui.fields import DayField
from permits.forms import PlateForm, offer

BOTH = "all"


class DecisionForm(forms.Form):
    """Asks whose a plate is, and what shows it."""

    owner = forms.ChoiceField(label="Whose is it?", error_messages={"required": "Say whose it is."})
    evidence = forms.CharField(
        label="What shows it?",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: registration seen on 4 May, same household.",
        error_messages={"required": "Say what shows whose the plate is."},
    )

    def __init__(self, *args: Any, holders: Sequence[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = [
            (str(person.reference), f"Only {person} ({person.email})")
            for person in dict.fromkeys(holders)
        ]
        offer(self, "owner", [(BOTH, "All of them, rightly"), *one])
        self._ids = {str(person.reference): person.pk for person in holders}

    @property
    def owner_id(self) -> int | None:
        """The customer that was chosen; None if all rightly hold it."""
        return self._ids.get(self.cleaned_data["owner"])


class TemporaryForm(PlateForm):
    """Asks for a vehicle and the days that it stands on a permit."""

    replaces = forms.ChoiceField(label="Instead of", required=False)
    first_on = DayField(
        label="First day",
        required=False,
        help_text="Left out: from now.",
    )
    last_on = DayField(
        label="Last day",
        error_messages={"required": "Say which day is the last."},
    )
    field_order = ["region", "plate", "replaces", "first_on", "last_on"]

    def __init__(self, *args: Any, zone: ZoneInfo, listed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        offer(self, "replaces", [(key, key) for key in listed])
        if len(listed) < 2:
            del self.fields["replaces"]

    def clean(self) -> dict[str, Any]:
        """Return the answers with `start` (None is now) and `end`, instants."""
        told = super().clean() or self.cleaned_data
        first, last = told.get("first_on"), told.get("last_on")
        if last is not None and first is not None and last < first:
            self.add_error("last_on", "The last day is before the first.")
        elif last is not None:
            told["start"] = midnight(first, self.zone) if first else None
            told["end"] = midnight(last + timedelta(days=1), self.zone)
        told.setdefault("replaces", "")
        return told
