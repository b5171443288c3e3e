"""What the office's lists of draws and texts ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from permits.forms import offer


class DrawFilterForm(forms.Form):
    """Narrows the list of draws."""

    type = forms.ChoiceField(label="Permit type", required=False)
    kind = forms.ChoiceField(
        label="How it is sold",
        required=False,
        choices=[("", "All ways"), ("lottery", "By lot"), ("room", "By turns, waiting room")],
    )

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "type", [("", "All types"), *types])


class EntryFilterForm(forms.Form):
    """Narrows the entries of a draw."""

    q = forms.CharField(label="Name, e-mail or receipt", required=False, max_length=100)
    outcome = forms.ChoiceField(label="What came of it", required=False)

    def __init__(self, *args: Any, outcomes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "outcome", [("", "Anything"), *outcomes])


class TextFilterForm(forms.Form):
    """Narrows the list of texts."""

    q = forms.CharField(label="Phone or words", required=False, max_length=100)
    state = forms.ChoiceField(label="State", required=False)

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "state", [("", "Any state"), *states])
