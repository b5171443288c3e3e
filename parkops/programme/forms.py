"""What staff fill in about the programme."""

from typing import Any

from django import forms

from parkops.ui.fields import DayField

LARGEST_BYTES = 1024 * 1024


class StartForm(forms.Form):
    """Which version a draft begins from; none: what is in force."""

    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


class PublishForm(forms.Form):
    """The day on which a draft comes into force, and the revision that was read."""

    begins_on = DayField(
        label="In force from",
        required=False,
        help_text="From the beginning of that day. Left empty: now.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class DraftFileForm(forms.Form):
    """The draft as the text of a file, and the revision that was read."""

    text = forms.CharField(
        label="Program file",
        widget=forms.Textarea(
            attrs={"rows": 24, "spellcheck": "false", "class": "input input--code"}
        ),
        strip=False,
        max_length=LARGEST_BYTES,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class EventForm(forms.Form):
    """An event to switch on, from now until an hour or until it is switched off."""

    code = forms.ChoiceField(label="Event")
    hours = forms.IntegerField(
        label="For how many hours",
        min_value=1,
        max_value=24 * 60,
        required=False,
        help_text="Left empty: until you end it.",
    )

    def __init__(self, *args: Any, events: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(event, event) for event in events]
