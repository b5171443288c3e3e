"""What people fill in to give money of a charge back."""

from django import forms

from payments.forms import MoneyField


class ChargeRefundForm(forms.Form):
    """How much of a charge goes back, and why."""

    amount = MoneyField(label="Amount", max_length=20)
    reason = forms.CharField(label="Reason", max_length=300)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
