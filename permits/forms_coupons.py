"""What the office fills in about coupons."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.ui.fields import DayField
from payments.forms import MoneyField
from permits.forms import offer


class NewCouponForm(forms.Form):
    """A coupon: its code, what it takes off, for which permits and whom, when and how often."""

    code = forms.CharField(
        label="Code",
        max_length=24,
        help_text="4 to 24 letters and digits. Case, dashes, O and 0, I, L and 1 make no difference.",
    )
    name = forms.CharField(
        label="Name", max_length=120, help_text="For the office: what it is for."
    )
    percent = forms.DecimalField(
        label="Percent off",
        required=False,
        max_digits=5,
        decimal_places=2,
        help_text="Above 0 and up to 100, or an amount instead.",
    )
    amount = MoneyField(label="Amount off", max_length=20, required=False)
    types = forms.MultipleChoiceField(
        label="For these permits",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: for all.",
    )
    audiences = forms.MultipleChoiceField(
        label="For these customers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: for everybody.",
    )
    first_on = DayField(label="First day")
    last_on = DayField(
        label="Last day", required=False, help_text="Empty: until it is switched off."
    )
    uses = forms.IntegerField(
        label="Uses in all", required=False, min_value=1, help_text="Empty: no limit."
    )
    per_customer = forms.IntegerField(
        label="Uses by one customer",
        required=False,
        min_value=1,
        initial=1,
        help_text="Empty: no limit.",
    )

    def __init__(
        self,
        *args: Any,
        types: Sequence[tuple[str, str]],
        audiences: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "types", types)
        if audiences:
            offer(self, "audiences", audiences)
        else:
            del self.fields["audiences"]
