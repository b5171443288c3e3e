"""What the register of numbers asks."""

from collections.abc import Sequence
from typing import Any

from django import forms


class RegisterForm(forms.Form):
    """Which numbers of citations to show."""

    year = forms.ChoiceField(label="Year", required=False)
    state = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Every number"),
            ("open", "On a device"),
            ("returned", "Given back"),
            ("spoiled", "Spoiled"),
        ],
    )

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.years = years
        self.fields["year"].choices = [(str(year), str(year)) for year in years]


class SpoilForm(forms.Form):
    """What became of a number that will bear no citation."""

    reason = forms.CharField(
        label="What became of it?",
        max_length=200,
        error_messages={"required": "Say what became of the number."},
    )
