"""What accountants fill in about the books."""

from django import forms

from parkops.ui.fields import DayField
from payments.rules.journal import CELLS, FIXED


class ReopenForm(forms.Form):
    """Why a closed month is opened again."""

    reason = forms.CharField(label="Reason", max_length=300)


class FactsForm(forms.Form):
    """An account, and what was charged: a row's name in the mapping to the own ledger."""

    account = forms.ChoiceField(label="Account")
    item = forms.ChoiceField(label="Permit type or violation", required=False)
    zone = forms.ChoiceField(label="Zone", required=False)
    audience = forms.ChoiceField(label="Sold to", required=False)

    def __init__(self, *args, accounts=(), zones=(), items=(), audiences=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts
        self.fields["zone"].choices = zones
        self.fields["item"].choices = items
        self.fields["audience"].choices = audiences


class CodeForm(FactsForm):
    """A row of the mapping, and from when it holds."""

    code = forms.CharField(label="Code in your own ledger", max_length=40, required=False)
    cost_center = forms.CharField(label="Cost center", max_length=40, required=False)
    begins_on = DayField(label="From")


class AccrualForm(forms.Form):
    """When permits are earned."""

    how = forms.ChoiceField(
        label="Permits are earned",
        choices=[
            ("sale", "when they are sold"),
            ("days", "by the days of their terms, month by month"),
        ],
    )
    first = DayField(label="By days from the month of", required=False)


class ExportForm(forms.Form):
    """The days of a batch of the journal, both included."""

    first = DayField(label="First day")
    last = DayField(label="Last day")


class ColumnForm(forms.Form):
    """A column of the journal's CSV file."""

    head = forms.CharField(label="Head", max_length=60, required=False)
    what = forms.ChoiceField(
        label="What it holds",
        choices=[*((key, words) for key, (words, _) in CELLS.items()), (FIXED, "Always the same")],
    )
    words = forms.CharField(label="Words", max_length=60, required=False)


ColumnForms = forms.formset_factory(ColumnForm, extra=2, max_num=20, validate_max=True)
"""All columns, with two more to fill in."""
