"""What the office and officers are asked of numbers, voids, proofs and prints."""

from collections.abc import Sequence
from typing import Any

from django import forms

from enforcement.printing.printed import Form


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


class NoVoidForm(forms.Form):
    """Why a citation stands that somebody asked to void."""

    reason = forms.CharField(label="Why it stands", max_length=1_000, required=False)


class ReopenForm(forms.Form):
    """Why a void is taken back."""

    reason = forms.CharField(
        label="Why is it opened again?",
        max_length=1_000,
        error_messages={"required": "Say why it is opened again."},
    )


class SeenForm(forms.Form):
    """What a clerk saw at the counter."""

    note = forms.CharField(label="What you saw", max_length=1_000, required=False)


class ProofAnswerForm(forms.Form):
    """Why a proof is not accepted."""

    answer = forms.CharField(label="If not: why", max_length=1_000, required=False)


class PrintForm(forms.Form):
    """How to print: a form, and the width of the paper where it is a roll."""

    how = forms.ChoiceField(
        label="Paper",
        choices=[
            ("pdf", "A sheet (PDF)"),
            ("pdf-58", "58 mm roll (PDF)"),
            ("pdf-80", "80 mm roll (PDF)"),
            ("escpos-58", "58 mm belt printer (ESC/POS)"),
            ("escpos-80", "80 mm belt printer (ESC/POS)"),
            ("zpl-58", "58 mm Zebra printer (ZPL)"),
            ("zpl-80", "80 mm Zebra printer (ZPL)"),
        ],
    )

    @property
    def chosen(self) -> tuple[Form, int | None]:
        """The form and the width that were chosen."""
        kind, _, width = self.cleaned_data["how"].partition("-")
        return kind, int(width) if width else None
