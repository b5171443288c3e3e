"""What the pages of single permits ask staff."""

from collections.abc import Sequence
from typing import Any

from django import forms

from permits.forms import offer


class SwitchForm(forms.Form):
    """Asks for which type a permit is switched, and why."""

    permit_type = forms.ChoiceField(
        label="Permit instead",
        error_messages={
            "required": "Choose the permit that they get.",
            "invalid_choice": "This permit cannot be had instead. Choose another.",
        },
    )
    reason = forms.CharField(label="Why", max_length=500, required=False)

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "permit_type", kinds)
