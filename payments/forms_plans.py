"""What people fill in about payment plans."""

from collections.abc import Sequence
from typing import Any

from django import forms

from payments.queries import ChargeRow
from payments.queries.plans import Offer


class AskForm(forms.Form):
    """What is to be paid by which kind of plan, in how many instalments, and what shows that it may be."""

    # Who asks to see the days need not have a document at hand.
    use_required_attribute = False

    charge = forms.MultipleChoiceField(
        label="What you pay in installments",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what you pay in installments."},
    )
    plan = forms.ChoiceField(
        label="Plan",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a plan.", "invalid_choice": "Choose a plan."},
    )
    instalments = forms.IntegerField(label="Number of installments", min_value=1, max_value=999)
    file = forms.FileField(
        label="Your document",
        required=False,
        help_text="A photo or a PDF, up to 10 MB. Where a photo was taken is not kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
        error_messages={"required": "Choose a file."},
    )

    def __init__(
        self,
        *args: Any,
        rows: Sequence[ChargeRow],
        offers: Sequence[Offer],
        needs_file: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = needs_file
        charge, plan = self.fields["charge"], self.fields["plan"]
        if isinstance(charge, forms.MultipleChoiceField):
            charge.choices = [(str(row.id), row.text) for row in rows]
        if isinstance(plan, forms.ChoiceField):
            plan.choices = [(one.scheme.code, one.scheme.name) for one in offers]


class ReasonForm(forms.Form):
    """Why something is decided so."""

    reason = forms.CharField(label="Why", max_length=300)
