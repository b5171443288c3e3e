"""The forms about customers, for the office and for the customers themselves."""

from collections.abc import Iterable
from typing import Any

from django import forms

from parkops.api.values import email_address
from parkops.customers.models import Customer
from parkops.kernel.plates import plate_key

FUELS = [
    ("", "Not said"),
    ("gasoline", "Gasoline"),
    ("diesel", "Diesel"),
    ("hybrid", "Hybrid"),
    ("electric", "Electric"),
]

MOST_BYTES = 20_000_000
CO2_MESSAGES = {
    "invalid": "Give whole grams such as 119.",
    "min_value": "Give whole grams such as 119.",
    "max_value": "Give whole grams such as 119.",
}
EURO_MESSAGES = {
    "invalid": "Give the class as a number, such as 6.",
    "min_value": "Give the class as a number, such as 6.",
    "max_value": "Give the class as a number, such as 6.",
}


class CustomerForm(forms.Form):
    """Asks what the office knows of a customer."""

    email = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="Name", max_length=200)
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    address = forms.CharField(
        label="Address", help_text="Limits by address count by it.", max_length=300, required=False
    )
    is_address_protected = forms.BooleanField(
        label="The address is protected",
        help_text="It is not kept: only whether an address is the same can be told from what is.",
        required=False,
    )
    external_id = forms.CharField(label="Their own number", max_length=100, required=False)
    audiences = forms.MultipleChoiceField(
        label="Belongs to", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, audiences: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audiences"].choices = list(audiences)
        if not self.fields["audiences"].choices:
            del self.fields["audiences"]

    def clean_email(self) -> str:
        """Return the address, checked for its form."""
        address = email_address(self.cleaned_data["email"])
        if address is None:
            raise forms.ValidationError("Give an e-mail address such as ana@example.org.")
        return address


def of_customer(customer: Customer) -> dict[str, Any]:
    """Return what a form about `customer` begins with."""
    names = (
        "email",
        "name",
        "phone",
        "address",
        "is_address_protected",
        "external_id",
        "audiences",
        "language",
    )
    return {name: getattr(customer, name) for name in names}


class VehicleForm(forms.Form):
    """Asks for a vehicle."""

    region = forms.CharField(label="State or province", max_length=16, required=False)
    plate = forms.CharField(label="Plate", max_length=32)
    make = forms.CharField(label="Make", max_length=40, required=False)
    model = forms.CharField(label="Model", max_length=40, required=False)
    colour = forms.CharField(label="Color", max_length=30, required=False)
    fuel = forms.ChoiceField(label="Fuel", choices=FUELS, required=False)
    co2 = forms.IntegerField(
        label="CO₂ in g/km",
        min_value=0,
        max_value=2_000,
        required=False,
        error_messages=CO2_MESSAGES,
    )
    euro = forms.IntegerField(
        label="Euro emission class",
        min_value=0,
        max_value=9,
        required=False,
        error_messages=EURO_MESSAGES,
    )

    def clean_plate(self) -> str:
        """Return the plate as typed, if it is one."""
        plate = self.cleaned_data["plate"]
        try:
            plate_key(plate)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return plate


class NoteForm(forms.Form):
    """Asks for a note."""

    text = forms.CharField(label="Note", max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}))


class ProfileForm(forms.Form):
    """Asks a customer how to be called and reached."""

    name = forms.CharField(
        label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label="Phone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class SearchForm(forms.Form):
    """Asks whom to look for."""

    q = forms.CharField(label="Name, e-mail, phone or plate", max_length=100, required=False)


class RegisterForm(forms.Form):
    """Asks for a file of registered vehicles."""

    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def clean_file(self) -> Any:
        """Return the file, if it is not too large to be read at once."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                "The file is larger than 20 MB: load it with manage.py register."
            )
        return file
