"""What a clerk fills in who sells a permit in parts."""

from django import forms


class FirstPartForm(forms.Form):
    """How the first part is paid."""

    method = forms.ChoiceField(
        label="Way of paying",
        choices=[
            ("cash", "Cash"),
            ("cheque", "Check"),
            ("terminal", "Card terminal"),
            ("other", "Other"),
        ],
        initial="cash",
    )
    reference = forms.CharField(
        label="Number on the terminal's slip", required=False, max_length=64
    )
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
