"""What the pages of escalation ask."""

from django import forms

from parkops.ui.fields import DayField


class AnswersForm(forms.Form):
    """A register's file of answers."""

    file = forms.FileField(
        label="File of answers (CSV)", error_messages={"required": "Choose the file first."}
    )


class CollectedForm(forms.Form):
    """A collector's file of payments."""

    file = forms.FileField(
        label="File of payments (CSV)", error_messages={"required": "Choose the file first."}
    )


class WriteOffForm(forms.Form):
    """Why what is owed is given up."""

    reason = forms.CharField(
        label="Reason",
        max_length=300,
        error_messages={"required": "Say why it is written off."},
    )


class VehicleForm(forms.Form):
    """What was seen of the vehicle."""

    vehicle = forms.CharField(label="Make and color", max_length=100, required=False)
    plate_expires_on = DayField(label="Plate expires", required=False)


class OwnerForm(forms.Form):
    """Whose the vehicle was, as somebody knows it."""

    name = forms.CharField(
        label="Owner", max_length=200, error_messages={"required": "Type the owner's name."}
    )
    address = forms.CharField(
        label="Postal address",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Type the owner's address."},
    )
    email = forms.EmailField(label="E-mail", required=False)
