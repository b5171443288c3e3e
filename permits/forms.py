"""What the pages of permits ask."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext

from parkops.customers.forms import CO2_MESSAGES, EURO_MESSAGES
from parkops.kernel.plates import plate_key
from parkops.kernel.texts import LongDay, say
from parkops.ui import regions
from parkops.ui.fields import DayField

MOST_HOURS = 24 * 366
FUELS = [
    ("", "I do not say"),
    ("electric", "Electricity only"),
    ("hybrid", "Electricity and fuel"),
    ("gasoline", "Gasoline"),
    ("diesel", "Diesel"),
    ("gas", "Natural gas or propane"),
    ("hydrogen", "Hydrogen"),
]
"""What vehicles run on, as programmes name it, and in words."""


def offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    """Let these be the choices of a form's field."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices")
    field.choices = choices


class ChoiceForm(forms.Form):
    """Asks which permit."""

    permit_type = forms.ChoiceField(label="Permit", widget=forms.RadioSelect)

    def __init__(self, *args: Any, codes: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "permit_type", [(code, code) for code in codes])
        self.fields["permit_type"].error_messages["required"] = "Choose a permit."
        self.fields["permit_type"].error_messages["invalid_choice"] = (
            "This permit is not open to you now. Choose another."
        )


class PlateForm(forms.Form):
    """Asks for one plate and where it is from."""

    region = forms.ChoiceField(label="State or province", required=False)
    plate = forms.CharField(
        label="Plate",
        max_length=32,
        error_messages={"required": "Type the plate as it is on the car."},
    )
    fuel = forms.ChoiceField(label="What does it run on?", choices=FUELS, required=False)
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

    def __init__(
        self, *args: Any, is_optional: bool = False, asks: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "region", [("", gettext("Another place")), *regions.choices()])
        self.fields["plate"].required = not is_optional
        for name in {"fuel", "co2", "euro"} - set(asks):
            del self.fields[name]

    def clean_plate(self) -> str:
        """Return the plate as typed; it has something to compare by."""
        text = self.cleaned_data["plate"]
        if text:
            try:
                plate_key(text)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return text


class DatesForm(forms.Form):
    """Asks from which day a permit counts; for permits by the hour also when and for how long."""

    start_on = DayField(
        label="First day",
        error_messages={
            "required": "Choose the first day.",
            "invalid": "Give a day such as 2026-11-30.",
        },
    )
    start_time = forms.TimeField(
        label="From",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Give a time such as 14:30."},
    )
    hours = forms.IntegerField(
        label="Hours",
        min_value=1,
        max_value=MOST_HOURS,
        error_messages={"required": "Say how many hours."},
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        latest: date,
        by_hour: bool,
        least_hours: int = 1,
        most_hours: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.latest = today, latest
        self.least_hours, self.most_hours = least_hours, most_hours or MOST_HOURS
        self.fields["start_on"].widget.attrs |= {
            "min": today.isoformat(),
            "max": latest.isoformat(),
        }
        if not by_hour:
            del self.fields["hours"], self.fields["start_time"]
            return
        hours = self.fields["hours"]
        hours.help_text = (
            say("From {least} to {most}.", least=least_hours, most=most_hours)
            if most_hours
            else say("At least {least}.", least=least_hours)
        )
        hours.widget.attrs |= {"min": self.least_hours, "max": self.most_hours}

    def clean_hours(self) -> int:
        """Return the hours, within what the permit type sells."""
        hours = self.cleaned_data["hours"]
        if not self.least_hours <= hours <= self.most_hours:
            raise forms.ValidationError(
                say("From {least} to {most} hours.", least=self.least_hours, most=self.most_hours)
            )
        return hours

    def clean_start_on(self) -> date:
        """Return a day that is not over and not too far ahead."""
        day = self.cleaned_data["start_on"]
        if day < self.today:
            raise forms.ValidationError("This day is over. Choose today or a later day.")
        if day > self.latest:
            raise forms.ValidationError(say("Choose a day until {day}.", day=LongDay(self.latest)))
        return day


class EmailForm(forms.Form):
    """Asks for the e-mail address that the code and the receipt go to."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Type your e-mail address.",
            "invalid": "Give an address such as ana@example.org.",
        },
    )


class ReasonForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )


class CancellationForm(ReasonForm):
    """Asks why a permit is canceled, and whether those that go with it end too."""

    seconds = forms.BooleanField(required=False)


class RevocationForm(ReasonForm):
    """Asks why a permit is taken away, whether money goes back, and how the holder may object."""

    appeal_note = forms.CharField(
        label="How to appeal",
        required=False,
        max_length=500,
        initial="If you think this is wrong, write to the office within 14 days and say why.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    refund = forms.BooleanField(required=False)


class SuspensionForm(ReasonForm):
    """Asks why and for which days."""

    from_on = DayField(
        label="From",
        required=False,
        help_text="Left out: now.",
    )
    until_on = DayField(
        label="Last day",
        required=False,
        help_text="Left out: until you reinstate it.",
    )


class DepositForm(ReasonForm):
    """Asks what is kept of a deposit, and why."""

    deduction = forms.DecimalField(
        label="Kept",
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        help_text="Left out: all of it goes back.",
    )
    deduction_reason = forms.CharField(label="Why it is kept", required=False, max_length=200)
    field_order = ["deduction", "deduction_reason", "reason"]


class FilterForm(forms.Form):
    """Narrows the office's list of permits."""

    q = forms.CharField(label="Holder, plate or number", required=False, max_length=100)
    type = forms.ChoiceField(label="Kind", required=False)
    status = forms.ChoiceField(label="State", required=False)

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[tuple[str, str]],
        states: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "type", [("", "Every kind"), *kinds])
        offer(self, "status", [("", "Every state"), *states])


class PlatesForm(forms.Form):
    """Asks for all plates of a permit, one a line."""

    plates = forms.CharField(
        label="Plates",
        required=False,
        max_length=2_000,
        help_text="One a line. A region may follow after a comma, as in 8KRT204, WA.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_plates(self) -> list[tuple[str, str]]:
        """Return (plate, region) of every line."""
        found = []
        for line in self.cleaned_data["plates"].splitlines():
            text, _, region = line.partition(",")
            if not text.strip():
                continue
            try:
                plate_key(text)
            except ValueError as error:
                raise forms.ValidationError(f"{text.strip()}: {error}") from error
            found.append((text.strip(), region.strip()))
        return found


class CouponForm(forms.Form):
    """Asks for a coupon's code."""

    coupon = forms.CharField(
        label="Coupon code",
        max_length=40,
        error_messages={"required": "Type the code of your coupon."},
    )


class SaleForm(PlatesForm):
    """Asks what to sell at the counter."""

    permit_type = forms.ChoiceField(label="Kind")
    start_on = DayField(
        label="First day",
        required=False,
        help_text="Left out: today.",
    )
    hours = forms.IntegerField(
        label="Hours",
        required=False,
        min_value=1,
        max_value=MOST_HOURS,
        help_text="For permits by the hour.",
    )
    coupon = forms.CharField(label="Coupon code", required=False, max_length=40)
    field_order = ["permit_type", "plates", "start_on", "hours", "coupon"]

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "permit_type", kinds)


class PassForm(PlateForm):
    """Asks whom a visitor pass is for: from now, until tonight or for some hours."""

    hours = forms.IntegerField(
        label="Hours",
        min_value=1,
        max_value=24 * 14,
        required=False,
    )
    field_order = ["region", "plate", "hours"]

    def __init__(self, *args: Any, until_tonight: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.until_tonight = until_tonight

    def clean_hours(self) -> int:
        """Return the hours; only a pass until tonight needs none."""
        hours = self.cleaned_data["hours"]
        if not hours and not self.until_tonight:
            raise forms.ValidationError("Say how many hours.")
        return hours or 0


class BulkForm(ReasonForm):
    """Asks what to do with many permits."""

    act = forms.ChoiceField(
        label="What to do",
        choices=[
            ("cancel", "Cancel, and refund what the program says"),
            ("suspend", "Suspend"),
            ("extend", "Move the end to a later day"),
            ("renew", "Renew, to be paid by the holder"),
            ("message", "Write to the holders"),
            ("revoke", "Revoke without a refund"),
        ],
        error_messages={"required": "Choose what to do."},
    )
    until_on = DayField(
        label="Last day",
        required=False,
        help_text="To suspend or to move the end.",
    )
    subject = forms.CharField(
        label="Subject", required=False, max_length=150, help_text="To write to the holders."
    )
    words = forms.CharField(
        label="Message", required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    appeal_note = forms.CharField(
        label="How to appeal", required=False, max_length=500, help_text="To revoke."
    )
    field_order = ["act", "until_on", "subject", "words", "appeal_note", "reason"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen act needs."""
        said = super().clean() or self.cleaned_data
        if said.get("act") == "extend" and not said.get("until_on"):
            self.add_error("until_on", "Give the new last day.")
        if said.get("act") == "message":
            for name in ("subject", "words"):
                if not said.get(name):
                    self.add_error(name, "Write it.")
        return said


class RenewalsForm(forms.Form):
    """Asks which permits to renew: of a kind, ending within days."""

    type = forms.ChoiceField(label="Kind")
    from_on = DayField(label="Ends from")
    to_on = DayField(label="Ends to")

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "type", kinds)

    def clean(self) -> dict[str, Any]:
        """Ask for days in order."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("from_on"), said.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day is before the first.")
        return said


class PassListForm(forms.Form):
    """Asks for the plates of many visitors, one a line, and for when."""

    plates = forms.CharField(
        label="Plates, one a line",
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Paste the plates, one a line."},
    )
    day = DayField(label="Day")
    from_time = forms.TimeField(
        label="From", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    hours = forms.IntegerField(label="Hours", min_value=1, max_value=24 * 14)


class LinkForm(forms.Form):
    """Asks what a guest link gives."""

    name = forms.CharField(
        label="What is it for?",
        max_length=60,
        error_messages={"required": "Name it, such as Open day."},
    )
    hours = forms.IntegerField(label="Longest pass, in hours", min_value=1, max_value=24 * 14)
    uses = forms.IntegerField(
        label="How many passes in all, if limited", min_value=1, max_value=10_000, required=False
    )
    per_plate = forms.IntegerField(
        label="Passes for the same plate", min_value=1, max_value=366, initial=1
    )
    opens_on = DayField(label="First day")
    closes_on = DayField(label="Last day")
    pin = forms.RegexField(
        r"^[0-9]{4,8}$",
        label="PIN, if guests must know one",
        required=False,
        error_messages={"invalid": "A PIN is 4 to 8 digits."},
    )


class GuestForm(PlateForm):
    """Asks a guest for the plate, for how long, and the host's PIN if there is one."""

    hours = forms.TypedChoiceField(label="How long do you stay?", coerce=int)
    pin = forms.CharField(
        label="PIN from your host",
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Type the PIN that your host gave you."},
    )
    field_order = ["region", "plate", "hours", "pin"]

    def __init__(self, *args: Any, most: int, needs_pin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = sorted({most, *(n for n in (1, 2, 4, 8, 12, 24, 48, 72) if n < most)})
        offer(self, "hours", [(n, "1 hour" if n == 1 else f"{n} hours") for n in steps])
        self.fields["hours"].initial = most
        if not needs_pin:
            del self.fields["pin"]


class CodeForm(forms.Form):
    """Asks for the code of a guest link."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        error_messages={"required": "Type the code from the poster or message."},
    )
