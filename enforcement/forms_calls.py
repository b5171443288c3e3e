"""What callers are asked."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from enforcement.forms import FilesField
from enforcement.rules.calls import KINDS


class CallForm(forms.Form):
    """What it is about and where."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is about."},
    )
    zone = forms.ChoiceField(label="Lot or street", required=False)
    place = forms.CharField(label="Where exactly?", max_length=200, required=False)
    plate = forms.CharField(label="Plate of the vehicle", max_length=32, required=False)
    text = forms.CharField(
        label="What do you see?",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    pictures = FilesField(label="Picture", required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    caller = forms.CharField(label="Your name", max_length=200, required=False)
    email = forms.EmailField(label="E-mail for the answer", required=False)

    def __init__(
        self,
        *args: Any,
        zones: Sequence[tuple[str, str]] = (),
        from_office: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            (code, kind.name) for code, kind in KINDS.items() if kind.is_public or from_office
        ]
        self.fields["zone"].choices = [("", "I do not know"), *zones]

    def read_files(self) -> list[bytes]:
        """Return what the pictures hold."""
        return [file.read() for file in self.cleaned_data["pictures"]]


class FollowCallForm(forms.Form):
    """The two facts that show somebody their call."""

    number = forms.CharField(
        label="Number of your report",
        max_length=40,
        error_messages={"required": "Type the number, such as Q-2026-00012-4."},
    )
    pin = forms.CharField(
        label="PIN of your report",
        max_length=8,
        error_messages={"required": "Type the six digits of the PIN."},
    )
