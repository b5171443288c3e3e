"""How somebody decides about a citation that is held."""

from django import forms

from enforcement.models import CitationHold


class HoldForm(forms.Form):
    """Does it stand, and why."""

    outcome = forms.ChoiceField(
        label="Decision",
        choices=CitationHold.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether it stands or is voided."},
    )
    reason = forms.CharField(
        label="Reason", max_length=1_000, error_messages={"required": "Say why."}
    )
