"""What people fill in about reconciliation."""

from django import forms

from parkops.ui.fields import DayField


class OneDayForm(forms.Form):
    """A local date."""

    on = DayField(label="Day")
