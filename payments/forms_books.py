"""What accountants fill in about the books."""

from django import forms

from parkops.ui.fields import DayField


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
