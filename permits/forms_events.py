"""What the pages of visitor events ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.ui.fields import DayField
from permits.forms import offer
from permits.rules.event_lists import MOST


class VisitorEventForm(forms.Form):
    """Asks what an event is, where and when its visitors park, and who pays."""

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Give the event a name."}
    )
    department = forms.ChoiceField(label="Department that pays")
    zone = forms.ChoiceField(label="Zone")
    day = DayField(label="Day")
    from_time = forms.TimeField(
        label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    until_time = forms.TimeField(
        label="Until",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="A time before the first means the day after.",
    )
    price = forms.DecimalField(
        label="Price of a pass",
        min_value=0,
        max_digits=7,
        decimal_places=2,
        initial=0,
        help_text="The department owes it for each pass that a plate takes. 0: nothing.",
    )

    def __init__(
        self,
        *args: Any,
        departments: Sequence[tuple[str, str]],
        zones: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "department", departments)
        offer(self, "zone", zones)


class EventPassesForm(forms.Form):
    """Asks for whom passes are: a list, and so many codes to hand out."""

    visitors = forms.CharField(
        label="Visitors",
        required=False,
        max_length=60_000,
        help_text="One a line: plate, name, e-mail. Any of them may be left empty.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    codes = forms.IntegerField(
        label="And so many codes to hand out", required=False, min_value=1, max_value=MOST
    )

    def clean(self) -> dict[str, Any]:
        """Want one of the two."""
        asked = super().clean() or self.cleaned_data
        if not asked.get("visitors", "").strip() and not asked.get("codes") and not self.errors:
            self.add_error("visitors", "Paste a list, or say how many codes.")
        return asked
