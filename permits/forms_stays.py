"""What the pages of paid stays ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from permits.forms import offer


class ZoneForm(forms.Form):
    """Asks for the code of the zone that stands on the sign."""

    zone = forms.CharField(
        label="Zone code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": "Type the code that stands on the sign."},
    )

    def clean_zone(self) -> str:
        """Return the code as programs write it."""
        return self.cleaned_data["zone"].strip()


class LengthForm(forms.Form):
    """Asks how long, by one of the offered lengths or until a time of one's own."""

    length = forms.ChoiceField(label="How long?", required=False, widget=forms.RadioSelect)
    until = forms.TimeField(
        label="Or until a time of your own",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="A time that is past today means tomorrow.",
        error_messages={"invalid": "Give a time such as 14:30."},
    )

    def __init__(self, *args: Any, values: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "length", [(value, value) for value in values])
        self.fields["length"].error_messages["invalid_choice"] = (
            "This length is not offered any more. Choose another."
        )

    def clean(self) -> dict[str, Any]:
        """Want one of the two; a time of one's own counts."""
        asked = super().clean() or self.cleaned_data
        if not asked.get("length") and not asked.get("until") and not self.errors:
            self.add_error("length", "Choose how long you want to park.")
        return asked


class ReceiptForm(forms.Form):
    """Asks where the receipt goes."""

    email = forms.EmailField(
        label="E-mail for the receipt",
        max_length=254,
        help_text="We remind you there before your time is over.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Type your e-mail address.",
            "invalid": "Give an address such as ana@example.org.",
        },
    )


class LongerForm(forms.Form):
    """Asks how much longer."""

    minutes = forms.TypedChoiceField(
        label="How much longer?",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how much longer you want to park.",
            "invalid_choice": "This is not offered any more. Choose another.",
        },
    )

    def __init__(self, *args: Any, values: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "minutes", [(str(value), str(value)) for value in values])


class StayFilterForm(forms.Form):
    """Narrows the office's list of paid stays."""

    q = forms.CharField(label="Plate or number", required=False, max_length=100)
    zone = forms.ChoiceField(label="Zone", required=False)

    def __init__(self, *args: Any, zones: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zone", [("", "Every zone"), *zones])
