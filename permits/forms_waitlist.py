"""What the pages of waitlists ask, of customers and of staff."""

from collections.abc import Sequence
from typing import Any

from django import forms

from permits.forms import offer

MOST_WANTED = 10


class JoinForm(forms.Form):
    """Asks for how many places somebody waits, where one customer may have several."""

    wanted = forms.IntegerField(
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


class LineFilterForm(forms.Form):
    """Narrows the office's list of who waits."""

    q = forms.CharField(label="Name or e-mail", required=False, max_length=100)
    type = forms.ChoiceField(label="Kind", required=False)

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "type", [("", "All kinds"), *kinds])


class PutInLineForm(forms.Form):
    """Asks staff for what a customer is to wait, and why they add them."""

    permit_type = forms.ChoiceField(label="Permit")
    wanted = forms.IntegerField(label="Places", min_value=1, max_value=MOST_WANTED, initial=1)
    reason = forms.CharField(
        label="Why you add them",
        max_length=500,
        error_messages={"required": "Say why you add them; it stands in the record."},
    )

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "permit_type", kinds)


class LineActForm(forms.Form):
    """Asks why somebody's place in line changes; subclasses ask what more is needed."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="The person sees it.",
        error_messages={"required": "Say why; the person sees it."},
    )


class MoveForm(LineActForm):
    """Asks for the new place in line."""

    position = forms.IntegerField(
        label="New place in line",
        min_value=1,
        error_messages={"required": "Give the new place, such as 1."},
    )
    field_order = ["position", "reason"]


class UntilForm(LineActForm):
    """Asks until when an offer stands."""

    until = forms.DateTimeField(
        label="The offer stands until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": "Give the new end.",
            "invalid": "Give a day and time such as 2026-11-30 17:00.",
        },
    )
    field_order = ["until", "reason"]
