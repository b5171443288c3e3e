"""What the page asks that takes in a file of counts."""

from collections.abc import Sequence
from typing import Any

from django import forms

from enforcement.imports.uploading import COLUMNS, FORMS, LARGEST_BYTES, unpacked
from enforcement.models import SpaceCount
from parkops.kernel.decisions import Refused

LABELS = {
    "zone": "Zone",
    "counted": "Counted at",
    "occupied": "Vehicles",
    "capacity": "Spaces",
}


class CountFileForm(forms.Form):
    """A file of counts, who counted, how its times are written, and which column is what.

    The file that a page has read comes back in `packed`.
    """

    file = forms.FileField(
        label="File",
        required=False,
        help_text="CSV with heads, plain or gzipped, at most 4 MB. Nothing changes yet.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    kind = forms.ChoiceField(label="Counted by", choices=SpaceCount.Kind.choices)
    form = forms.ChoiceField(
        label="Times are written",
        choices=[(code, example) for code, (example, _) in FORMS.items()],
        help_text="Local times; with an offset such as +01:00 only the first.",
    )
    only = forms.ChoiceField(label="Zone", required=False)
    packed = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, zones: Sequence[tuple[str, str]], heads: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("packed")
        listed = [("", "each line says its own"), *zones]
        self.fields["only"].choices = listed  # type: ignore[attr-defined]
        for name in COLUMNS:
            field: forms.Field = forms.CharField(label=LABELS[name], required=False, max_length=200)
            if heads:
                choices = [
                    ("", "as guessed"),
                    *((head, head) for head in dict.fromkeys(heads) if head),
                ]
                field = forms.ChoiceField(label=LABELS[name], required=False, choices=choices)
            self.fields[name] = field

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The fields that say which column is what."""
        return [self[name] for name in COLUMNS]

    def clean(self) -> dict[str, Any]:
        """Return the answers with the file as `raw`: the one that was chosen, or the one that was read."""
        found = super().clean() or {}
        file = found.get("file")
        if file is not None:
            found["raw"], found["name"] = file.read(LARGEST_BYTES + 1), file.name
        elif found.get("packed"):
            try:
                found["raw"] = unpacked(found["packed"])
            except Refused as refusal:
                self.add_error("file", str(refusal))
        return found
