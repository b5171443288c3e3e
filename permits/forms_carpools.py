"""What the pages of carpools ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from parkops.api.values import email_address
from permits.forms import PlateForm


class InviteForm(forms.Form):
    """Asks whom to invite."""

    email = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the address of whom you invite."},
    )

    def clean_email(self) -> str:
        """Return the address, checked for its form."""
        address = email_address(self.cleaned_data["email"])
        if address is None:
            raise forms.ValidationError("Give an e-mail address such as ana@example.org.")
        return address


class JoinForm(PlateForm):
    """Asks who joins, and with which plate."""

    name = forms.CharField(
        label="Your name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Give your name."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plate"].error_messages["required"] = gettext(
            "Type the plate as it is on the car."
        )
