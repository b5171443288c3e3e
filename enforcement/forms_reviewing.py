"""What the office's pages of appeals and hearings ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from enforcement.forms_appeals import AppealForm
from enforcement.rules.appeals import OUTCOMES
from parkops.kernel.money import Money
from parkops.programme.appeal_schema import Ground, Reason
from parkops.ui.fields import DayField


class FiledForm(AppealForm):
    """An appeal that staff write down: it came by letter, by phone or at the counter."""

    late_reason = forms.CharField(
        label="Why it is accepted though it is late",
        max_length=1_000,
        required=False,
    )


class DecisionForm(forms.Form):
    """A reviewer's decision."""

    outcome = forms.ChoiceField(
        label="What becomes of the citation?",
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what becomes of the citation."},
    )
    amount = forms.CharField(label="Reduced to", max_length=20, required=False)
    reason_code = forms.ChoiceField(label="Reason")
    text = forms.CharField(
        label="Words to the appellant",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(
        self, *args: Any, reasons: Sequence[Reason], currency: str = "USD", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.worded = {one.code for one in reasons if one.text}
        self.fields["reason_code"].choices = [(one.code, one.name) for one in reasons]

    def clean(self) -> dict[str, Any]:
        """Return the fields, `amount` as Money or None."""
        data = super().clean() or self.cleaned_data
        typed, data["amount"] = str(data.get("amount") or "").strip(" $"), None
        if not data.get("text") and data.get("reason_code") not in self.worded:
            self.add_error("text", "Say why, in words that the appellant understands.")
        if data.get("outcome") == "reduced" and not typed:
            self.add_error("amount", "Type the amount that the fine is reduced to.")
        elif data.get("outcome") == "reduced":
            try:
                data["amount"] = Money.parse(typed, self.currency)
            except ValueError:
                self.add_error("amount", "Type an amount such as 25.00.")
        return data


class AssignForm(forms.Form):
    """Whose queue an appeal goes into."""

    reviewer = forms.ChoiceField(label="Reviewer", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = [("", "Nobody"), *people]


class ReasonForm(forms.Form):
    """Why something is done out of the ordinary."""

    reason = forms.CharField(
        label="Reason", max_length=1_000, error_messages={"required": "Say why."}
    )


class AppealFilterForm(forms.Form):
    """Which appeals to list."""

    q = forms.CharField(label="Number, name or plate", max_length=60, required=False)
    grounds = forms.ChoiceField(label="Grounds", required=False)
    reviewer = forms.ChoiceField(label="Reviewer", required=False)

    def __init__(
        self,
        *args: Any,
        grounds: Sequence[Ground] = (),
        people: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.code, one.name) for one in grounds]
        self.fields["grounds"].choices = [("", "All"), *named]
        self.fields["reviewer"].choices = [("", "Everybody"), *people]


class HeardForm(forms.Form):
    """Who came to a hearing, and what was said."""

    attendance = forms.ChoiceField(
        label="Did the appellant come?",
        choices=[("attended", "Yes, they were heard"), ("missed", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the appellant came."},
    )
    note = forms.CharField(
        label="Note of the hearing",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class SlotsForm(forms.Form):
    """Times for hearings, on some weekdays from one day to another."""

    first = DayField(label="From")
    last = DayField(label="To")
    weekdays = forms.MultipleChoiceField(
        label="On",
        choices=[(str(n), name) for n, name in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day of the week."},
    )
    begins = forms.TimeField(label="Begins at", widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label="Ends at", widget=forms.TimeInput(attrs={"type": "time"}))
    minutes = forms.IntegerField(label="Minutes each", min_value=5, max_value=480)
    capacity = forms.IntegerField(label="Appeals at each time", min_value=1, max_value=50)
    place = forms.CharField(label="Place", max_length=200, required=False)
    video = forms.URLField(
        label="Address of the video call",
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Type an address such as https://meet.example.org/room."},
    )
    officer = forms.ChoiceField(label="Who hears", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", "Whoever has the appeal"), *people]

    def clean(self) -> dict[str, Any]:
        """Return the fields, in order of time."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        elif first and last and (last - first).days > 366:
            self.add_error("last", "Open at most a year of times at once.")
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", "It ends before it begins.")
        return data
