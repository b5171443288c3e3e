"""What people fill in about money."""

from django import forms

from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money, example
from parkops.ui.fields import DayField
from payments import place


class MoneyField(forms.CharField):
    """An amount in the tenant's currency, as people type it: 45, 45.00, $1,544.00."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        currency = place.currency()
        try:
            return Money.typed(text, currency)
        except ValueError as error:
            such = example(currency).strip('"')
            raise forms.ValidationError(f"Give an amount such as {such}.") from error


class PayForm(forms.Form):
    """Where the receipt goes."""

    email = forms.EmailField(label="E-mail for the receipt", required=False, max_length=254)


class MailForm(forms.Form):
    """Where a receipt goes."""

    email = forms.EmailField(label="E-mail", max_length=254)


class TakeForm(forms.Form):
    """What is paid at the counter, how, and what is handed over."""

    charge = forms.TypedMultipleChoiceField(label="Charges")
    method = forms.ChoiceField(
        label="Way of paying",
        choices=[
            ("cash", "Cash"),
            ("cheque", "Check"),
            ("terminal", "Card terminal"),
            ("account", "Department or payroll"),
            ("other", "Other"),
        ],
        initial="cash",
    )
    given = MoneyField(label="Amount given", required=False, max_length=20)
    reference = forms.CharField(
        label="Number on the terminal's slip", required=False, max_length=64
    )
    payer = forms.CharField(label="Paid by", required=False, max_length=200)
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, charges=(), has_credit=False, **kwargs):
        super().__init__(*args, **kwargs)
        if has_credit:
            self.fields["method"].choices = [
                *self.fields["method"].choices,
                ("credit", "Credit of the customer"),
            ]
        self.fields["charge"].choices = [(str(row.id), row.text) for row in charges]
        self.fields["charge"].error_messages["required"] = "Tick what is paid."


class RefundForm(forms.Form):
    """How much goes back, and what becomes of the charges."""

    amount = MoneyField(label="Amount", max_length=20)
    reason = forms.CharField(label="Reason", max_length=300)
    left = MoneyField(max_length=20, required=False, widget=forms.HiddenInput)
    charges = forms.ChoiceField(
        label="What becomes of the charges",
        choices=[("reduced", "They come to less"), ("owed_again", "They are owed again")],
        initial="reduced",
    )


class PaymentsFilter(forms.Form):
    """Which payments to list."""

    q = forms.CharField(label="Number, payer, plate or reference", required=False, max_length=100)
    method = forms.ChoiceField(label="Way", required=False)
    state = forms.ChoiceField(label="State", required=False)
    since = DayField(label="Paid from", required=False)
    until = DayField(label="Paid to", required=False)

    def __init__(self, *args, methods=(), states=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [("", "Any way"), *methods]
        self.fields["state"].choices = [("", "Any state"), *states]


class ClockField(forms.TimeField):
    """Asks for a time of day."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {"invalid": "Give a time such as 14:30."}


class MomentForm(forms.Form):
    """A local date, up to a time of it; left out, to its end."""

    on = DayField(label="Day")
    time = ClockField(label="Until", required=False)


class PeriodForm(forms.Form):
    """Local dates from and to, both included; the last one up to a time if that is given."""

    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    time = ClockField(label="Until", required=False)


def refusal_on(form: forms.Form, refusal: Refused) -> None:
    """Show a refusal on the form, at the field that it names if there is one."""
    field = {"amount": "given"}.get(refusal.field, refusal.field)
    form.add_error(field if field in form.fields else None, str(refusal))
