"""What people fill in about several ways of paying, gift certificates and goods."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.ui.fields import DayField
from payments.forms import MoneyField
from payments.models import Charge, Payment
from payments.operations import Tender
from payments.queries import ChargeRow
from payments.rules.tenders import AT_ONCE

ROWS = 4
WAYS = [("", "None"), *[(one, Payment.Method(one).label) for one in AT_ONCE]]


class SeveralForm(forms.Form):
    """What is paid, and by which ways at once: each with its amount and what it is known by."""

    charge = forms.MultipleChoiceField(
        label="Charges", error_messages={"required": "Tick what is paid."}
    )
    payer = forms.CharField(label="Paid by", required=False, max_length=200)
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        charges: Sequence[ChargeRow] = (),
        has_credit: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        ways = [*WAYS, ("credit", "Credit of the customer")] if has_credit else WAYS
        charge = self.fields["charge"]
        if isinstance(charge, forms.MultipleChoiceField):
            charge.choices = [(str(row.id), row.text) for row in charges]
        for n in range(ROWS):
            self.fields[f"method_{n}"] = forms.ChoiceField(
                label="Way", choices=ways, required=False
            )
            self.fields[f"amount_{n}"] = MoneyField(label="Amount", max_length=20, required=False)
            self.fields[f"reference_{n}"] = forms.CharField(
                label="Slip, code or account", max_length=64, required=False
            )
            self.fields[f"pieces_{n}"] = forms.IntegerField(
                label="Pieces", min_value=1, max_value=10_000, required=False
            )

    @property
    def ways(self) -> list[list[forms.BoundField]]:
        """The fields of each way, a row each."""
        names = ("method", "amount", "reference", "pieces")
        return [[self[f"{name}_{n}"] for name in names] for n in range(ROWS)]

    def tenders(self) -> list[Tender]:
        """Return the ways that were filled in."""
        told = self.cleaned_data
        return [
            Tender(
                told[f"method_{n}"],
                told[f"amount_{n}"],
                told[f"reference_{n}"],
                told[f"pieces_{n}"],
            )
            for n in range(ROWS)
            if told[f"method_{n}"]
        ]


class GiftForm(forms.Form):
    """A gift certificate: sold, or given away with a reason."""

    way = forms.ChoiceField(
        label="How",
        choices=[("sold", "Sold: it counts once it is paid"), ("given", "Given away, in goodwill")],
        initial="sold",
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label="Worth", max_length=20)
    expires_on = DayField(label="Can be used until", required=False)
    text = forms.CharField(label="For whom, or why it is given", required=False, max_length=200)


class DriveForm(forms.Form):
    """A drive: what it takes, what a piece is worth, for which charges, and when."""

    code = forms.CharField(label="Code", max_length=24)
    name = forms.CharField(label="Name", max_length=120)
    piece = forms.CharField(label="One piece is", max_length=60)
    worth = MoneyField(label="A piece is worth", max_length=20)
    most = MoneyField(label="At most of each charge", max_length=20, required=False)
    kinds = forms.MultipleChoiceField(
        label="Goods may pay",
        choices=Charge.Kind.choices,
        initial=["citation"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what goods may pay."},
    )
    first_on = DayField(label="First day")
    last_on = DayField(label="Last day")
