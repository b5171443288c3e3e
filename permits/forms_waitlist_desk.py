"""What the pages of waitlists ask staff."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.ui.fields import CountField, InstantField
from permits.forms import offer
from permits.forms_waitlist import MOST_WANTED


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

    position = CountField(
        label="New place in line",
        min_value=1,
        error_messages={"required": "Give the new place, such as 1."},
    )
    field_order = ["position", "reason"]


class UntilForm(LineActForm):
    """Asks until when an offer stands."""

    until = InstantField(
        label="The offer stands until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": "Give the new end.",
            "invalid": "Give a day and time such as 2026-11-30 17:00.",
        },
    )
    field_order = ["until", "reason"]
