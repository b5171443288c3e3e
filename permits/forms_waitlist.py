"""What the pages of waitlists ask customers."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.ui.fields import CountField
from permits.forms import offer

MOST_WANTED = 10


class JoinForm(forms.Form):
    """Asks for how many places somebody waits, where one customer may have several."""

    wanted = CountField(
        label="How many places?",
        min_value=1,
        initial=1,
        error_messages={"required": "Say for how many places you wait."},
    )

    def __init__(self, *args: Any, most: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if most == 1:
            del self.fields["wanted"]
            return
        field = self.fields["wanted"]
        field.max_value = most or MOST_WANTED
        field.widget.attrs |= {"min": 1, "max": most or MOST_WANTED}

    @property
    def count(self) -> int:
        """For how many places."""
        return int(self.cleaned_data.get("wanted") or 1)


class TakeForm(forms.Form):
    """Asks which of the customer's vehicles an offered permit lists."""

    plates = forms.MultipleChoiceField(
        label="Vehicles on the permit",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose among your vehicles."},
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, vehicles: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "plates", vehicles)
        if not vehicles:
            del self.fields["plates"]

    @property
    def keys(self) -> list[str]:
        """The plates chosen."""
        return list(self.cleaned_data.get("plates", []))
