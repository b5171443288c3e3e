"""What accountants fill in about the books."""

from django import forms


class ReopenForm(forms.Form):
    """Why a closed month is opened again."""

    reason = forms.CharField(label="Reason", max_length=300)
