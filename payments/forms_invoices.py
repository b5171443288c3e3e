"""What people fill in about invoices and those who pay them."""

from django import forms

from parkops.ui.fields import CountField, DayField
from payments.accounts import BOOKABLE, CHART
from payments.models import AccountPayer


class PayerForm(forms.Form):
    """Who pays, and where and how it is invoiced."""

    kind = forms.ChoiceField(label="Kind", choices=AccountPayer.Kind.choices)
    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail for invoices", max_length=254)
    address = forms.CharField(
        label="Address", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    po_number = forms.CharField(label="Purchase order", required=False, max_length=60)
    terms_days = CountField(
        label="Days to pay", required=False, min_value=0, max_value=365,
        help_text="Empty: as the program says.",
    )  # fmt: skip
    is_monthly = forms.BooleanField(label="Invoiced every month", required=False, initial=True)


class OnAccountForm(forms.Form):
    """Which charge goes on an account: by the number on the permit, the citation or the fee."""

    reference = forms.CharField(label="Number of the permit, citation or fee", max_length=60)


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="Reason", max_length=300)


class StatementFileForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(
        label="Statement of the bank",
        help_text="CAMT.053 (XML) or OFX. The same file twice is booked once.",
    )


class BankFilter(forms.Form):
    """Which lines of the bank's to list."""

    q = forms.CharField(label="Payer, reference or text", required=False, max_length=100)


class AssignForm(forms.Form):
    """What a transfer pays, in this order."""

    numbers = forms.CharField(
        label="Numbers of invoices or charges",
        max_length=500,
        help_text="Several with commas. What is too much is credit of the payer.",
    )


class BookForm(forms.Form):
    """To which account of the ledger a line belongs."""

    account = forms.ChoiceField(
        label="Account",
        choices=[
            ("", "Choose"),
            *((row.code, f"{row.code} {row.name}") for row in CHART if row.code in BOOKABLE),
        ],
    )
    note = forms.CharField(label="What it is", max_length=300)


class NoteForm(forms.Form):
    """Why a line is kept aside, or goes back."""

    note = forms.CharField(label="Why", max_length=300)


class InvoicesFilter(forms.Form):
    """Which invoices to list."""

    q = forms.CharField(label="Number, payer or reference", required=False, max_length=100)


class MonthForm(forms.Form):
    """A month, by any day in it."""

    month = DayField(
        label="Month",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": "Give a month such as 2026-11."},
    )


class StatementForm(forms.Form):
    """The days of a statement, both included."""

    since = DayField(label="From")
    until = DayField(label="To")
