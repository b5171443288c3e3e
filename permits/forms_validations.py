"""What the pages of departments ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.kernel.dates import Duration
from parkops.ui.fields import CountField, DayField
from permits.forms import PlateForm, offer
from permits.models import Department

HOURS = (1, 2, 3, 4, 6, 8, 10, 12, 24)


class HostCodeForm(forms.Form):
    """Asks for a department's code."""

    code = forms.CharField(
        label="Code from your host",
        required=False,
        max_length=40,
        help_text="Only if a department gave you one: it pays for you, in whole or in part.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ValidateForm(PlateForm):
    """Asks which visitor parks, where and for how long, at the department's expense."""

    zone = forms.ChoiceField(label="Zone")
    hours = forms.TypedChoiceField(label="How long?", coerce=int)
    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=200,
        help_text="For your own report, such as whom they visit.",
    )
    email = forms.EmailField(
        label="The visitor's e-mail",
        required=False,
        max_length=254,
        help_text="They get the link to their session there.",
        error_messages={"invalid": "Give an address such as ana@example.org."},
    )

    def __init__(
        self, *args: Any, zones: Sequence[tuple[str, str]], longest: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zone", zones)
        hours = [n for n in HOURS if n * 60 <= longest] or [max(longest // 60, 1)]
        offer(self, "hours", [(str(n), Duration(minutes=n * 60).text) for n in hours])


class CodeMakeForm(forms.Form):
    """Asks what a new code gives."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="For your own list, such as Open day.",
        error_messages={"required": "Give the code a name."},
    )
    hours = forms.IntegerField(label="Hours paid", min_value=1, max_value=168, initial=2)
    share = forms.IntegerField(
        label="Share paid, in percent", min_value=1, max_value=100, initial=100
    )
    uses = CountField(
        label="How many uses",
        required=False,
        min_value=1,
        help_text="Left out: as many as your quota has.",
    )
    per_plate = CountField(label="Uses by one plate", min_value=1, max_value=10_000, initial=1)
    opens_on = DayField(label="First day")
    closes_on = DayField(label="Last day")


class DepartmentForm(forms.Form):
    """Asks who a department is, what it may use, and who pays."""

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Give the department a name."}
    )
    payer = forms.EmailField(
        label="E-mail of the paying customer",
        help_text="The charges go to this customer's account.",
        error_messages={"required": "Say who pays.", "invalid": "Give an e-mail address."},
    )
    validators = forms.CharField(
        label="Who else may validate",
        required=False,
        help_text="E-mail addresses, one a line. They sign in with a code by e-mail.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    zones = forms.MultipleChoiceField(
        label="Zones",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one zone."},
    )
    unit = forms.ChoiceField(label="Quota counts", choices=Department.Unit)
    quota = CountField(
        label="Quota",
        required=False,
        min_value=1,
        help_text="Hours, uses, or whole units of money. Left out: no limit.",
    )
    per = forms.ChoiceField(label="Quota of each", choices=Department.Per)
    longest = forms.IntegerField(label="Longest, in hours", min_value=1, max_value=168, initial=8)
    billing = forms.ChoiceField(label="Charges", choices=Department.Billing)

    def __init__(self, *args: Any, zone_choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "zones", zone_choices)

    def clean_validators(self) -> list[str]:
        """Return the addresses in small letters."""
        found = []
        for line in self.cleaned_data["validators"].replace(",", "\n").split():
            forms.EmailField(error_messages={"invalid": f"{line} is not an e-mail address."}).clean(
                line
            )
            found.append(line.lower())
        return found
