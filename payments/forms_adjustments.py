"""What people fill in to adjust a charge, to move a payment, and about files of charges."""

from django import forms

from payments.forms import MoneyField
from payments.models import Adjustment, ChargeAccount
from payments.models.adjustments import REASONS
from payments.rules.charge_files import COLUMNS, NAMES


class AdjustForm(forms.Form):
    """What is added to a charge or taken off it, and why."""

    kind = forms.ChoiceField(label="What", choices=Adjustment.Kind.choices)
    amount = MoneyField(
        label="Amount", required=False, max_length=20, help_text="Empty for a write-off: all of it."
    )
    reason = forms.ChoiceField(label="Reason", choices=list(REASONS.items()))
    text = forms.CharField(label="In words", max_length=300)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self):
        told = super().clean() or self.cleaned_data
        if told.get("kind") == Adjustment.Kind.WRITE_OFF:
            told["amount"] = None
        elif "amount" in told and told["amount"] is None:
            self.add_error("amount", "Give an amount such as 45.00.")
        return told


class MoveForm(forms.Form):
    """To which charge a payment goes."""

    to = forms.CharField(label="Number of the permit, citation or fee it was for", max_length=60)
    reason = forms.CharField(label="Reason", max_length=300)


class AnswerForm(forms.Form):
    """What payroll or the student accounts answered."""

    file = forms.FileField(
        label="Answer",
        help_text="CSV with the columns row, state (accepted or refused), amount and reason, or as set.",
    )


class FileColumnsForm(forms.Form):
    """What the columns of files for payroll or student accounts are called, and their order."""

    kind = forms.ChoiceField(widget=forms.HiddenInput, choices=ChargeAccount.Kind.choices)
    sent = forms.CharField(
        label="Columns that go out",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"One on a line, in order, such as account = Employee ID. There are {', '.join(COLUMNS)}.",
    )
    answered = forms.CharField(
        label="Columns of the answer",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"The same for {', '.join(NAMES)}. Nothing written: the usual names.",
    )


class AgreeForm(forms.Form):
    """On which account a customer agreed to be charged."""

    kind = forms.ChoiceField(label="Account", choices=ChargeAccount.Kind.choices)
    number = forms.CharField(label="Number", max_length=40)
