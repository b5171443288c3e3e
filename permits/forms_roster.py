"""What the pages of rosters ask."""

from django import forms


class RosterForm(forms.Form):
    """Asks for a file of people."""

    file = forms.FileField(
        label="File",
        help_text="CSV with the columns id, email, name and audiences. Nothing changes yet.",
        error_messages={"required": "Choose a file."},
    )
    is_complete = forms.BooleanField(
        label="It holds everybody: who is missing loses their audiences", required=False
    )


class ConfirmForm(forms.Form):
    """Asks for the number of losses, where there are many."""

    confirmed = forms.IntegerField(label="How many lose an audience?", required=False, min_value=0)
