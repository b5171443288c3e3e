"""What appellants are asked."""

from collections.abc import Sequence
from typing import Any

from django import forms

from enforcement.forms import FilesField
from enforcement.operations.evidence import Paper
from parkops.programme.appeal_schema import Ground


class EvidenceForm(forms.Form):
    """What is added to an appeal."""

    text = forms.CharField(
        label="What do you want to add?",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    pictures = FilesField(label="Pictures", required=False)
    documents = FilesField(label="Documents", required=False)

    def read_files(self) -> list[bytes]:
        """Return what the pictures hold."""
        return [file.read() for file in self.cleaned_data["pictures"]]

    def read_papers(self) -> list[Paper]:
        """Return the documents."""
        return [Paper(file.name or "", file.read()) for file in self.cleaned_data["documents"]]


class AppealForm(EvidenceForm):
    """What somebody says against a citation."""

    grounds = forms.ChoiceField(
        label="Why do you appeal?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the reason that fits best."},
    )
    text = forms.CharField(
        label="What happened?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say in your own words what happened."},
    )
    name = forms.CharField(
        label="Your name", max_length=200, error_messages={"required": "Type your name."}
    )
    email = forms.EmailField(
        label="E-mail for the decision",
        error_messages={"required": "Type the address for the decision."},
    )

    def __init__(self, *args: Any, grounds: Sequence[Ground], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grounds"].choices = [(one.code, one.name) for one in grounds]


class FollowForm(forms.Form):
    """The two facts that show somebody their appeal."""

    number = forms.CharField(
        label="Number of the appeal",
        max_length=40,
        error_messages={"required": "Type the number, such as A-2026-00012-5."},
    )
    pin = forms.CharField(
        label="PIN on the citation",
        max_length=8,
        error_messages={"required": "Type the six digits of the PIN on the citation."},
    )


class SlotChoiceForm(forms.Form):
    """Which time a hearing is booked at."""

    slot = forms.UUIDField(
        label="Times that are open",
        error_messages={"required": "Choose a time.", "invalid": "Choose one of these times."},
    )
