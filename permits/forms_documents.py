"""Asks for a document."""

from collections.abc import Sequence
from typing import Any

from django import forms

from permits.forms import offer


class DocumentForm(forms.Form):
    """Asks which of the asked documents it is, and for the file."""

    kind = forms.ChoiceField(
        label="What does it show?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the document shows."},
    )
    file = forms.FileField(
        label="File",
        help_text="A photo or a PDF, up to 10 MB. Where a photo was taken is not kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": "Choose a file.",
            "empty": "This file is empty.",
            "invalid": "Choose a file.",
        },
    )

    def __init__(self, *args: Any, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(kinds) > 1:
            offer(self, "kind", [(kind, kind) for kind in kinds])
        else:
            del self.fields["kind"]
