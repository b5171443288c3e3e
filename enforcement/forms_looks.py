"""What staff are asked before they see who looked at a plate."""

from django import forms

from enforcement.models import PlateLook


class LookForm(forms.Form):
    """A plate, and why somebody wants to see its history."""

    plate = forms.CharField(
        label="Plate", max_length=32, error_messages={"required": "Type the plate."}
    )
    reason = forms.ChoiceField(
        label="Why do you look?",
        choices=[("", "Choose"), *PlateLook.Reason.choices],
        error_messages={"required": "Choose why you look."},
    )
    words = forms.CharField(label="In a few words", max_length=200, required=False)
