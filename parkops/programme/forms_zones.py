"""What the pages of zones ask: a file to import, a shape."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from django import forms

from parkops.kernel.codes import code_key, is_code
from parkops.programme.imports.found import KINDS, ZoneProposal
from parkops.programme.imports.geojson import Columns

KIND_CHOICES = [(kind, kind.capitalize()) for kind in KINDS]
COLUMN_LABELS = {
    "code": "Code",
    "name": "Name",
    "kind": "Kind",
    "standard": "Standard spaces",
    "accessible": "Accessible spaces",
    "ev": "Charging spaces",
    "motorcycle": "Motorcycle spaces",
    "days": "Enforced days",
    "hours": "Enforced hours",
    "limit": "Longest stay",
}


class ZoneFileForm(forms.Form):
    """A file of zones, and which property of it is what."""

    file = forms.FileField(
        label="File",
        help_text="GeoJSON, KML or CurbLR, at most 8 MB. Nothing changes yet.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    swapped = forms.BooleanField(label="Positions are written latitude first", required=False)

    def __init__(self, *args: Any, properties: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(properties)
        for column, label in COLUMN_LABELS.items():
            field: forms.Field = forms.CharField(label=label, required=False, max_length=60)
            if known:
                choices = [("", "as guessed"), *((name, name) for name in known)]
                field = forms.ChoiceField(label=label, required=False, choices=choices)
            self.fields[column] = field

    @property
    def columns(self) -> Columns:
        """Which property is what, of a form that is valid."""
        names = [field.name for field in fields(Columns)]
        return Columns(**{name: self.cleaned_data.get(name, "") for name in names})

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The fields that say which property is what."""
        return [self[column] for column in COLUMN_LABELS]


def chosen(
    proposals: list[ZoneProposal], data: Mapping[str, Any], ticked: Iterable[str]
) -> tuple[list[ZoneProposal], list[str]]:
    """Return the ticked proposals with the codes and kinds that were written, and what is wrong."""
    found, faults, codes = [], [], set()
    marks = set(ticked)
    for n, proposal in enumerate(proposals):
        if str(n) not in marks:
            continue
        code = str(data.get(f"code-{n}", proposal.code)).strip()
        kind = str(data.get(f"kind-{n}", proposal.kind))
        if not is_code(code):
            faults.append(
                f"{proposal.name}: {code[:40]!r} is not a code. Write 1 to 24 letters, digits, - or _."
            )
        elif code_key(code) in codes:
            faults.append(f"{proposal.name}: the code {code} is there twice. Write another.")
        codes.add(code_key(code))
        found.append(replace(proposal, code=code, kind=kind if kind in KINDS else proposal.kind))
    if not found:
        faults.append("No zone is ticked. Tick those to add.")
    return found, faults


def with_written(proposals: list[ZoneProposal], data: Mapping[str, Any]) -> list[ZoneProposal]:
    """Return the proposals with the codes and kinds as they were written, right or wrong."""
    return [
        replace(
            proposal,
            code=str(data.get(f"code-{n}", proposal.code)).strip()[:60],
            kind=str(data.get(f"kind-{n}", proposal.kind)),
        )
        for n, proposal in enumerate(proposals)
    ]


class ShapeForm(forms.Form):
    """The shape of a zone, as GeoJSON or a corner a line, and the revision that was read."""

    shape = forms.CharField(
        label="Shape as text",
        required=False,
        strip=True,
        help_text="GeoJSON, or a corner a line as latitude, longitude. Left empty: not on the map.",
        widget=forms.Textarea(
            attrs={"rows": 4, "spellcheck": "false", "class": "input input--code"}
        ),
    )
    kind = forms.ChoiceField(
        label="Corners are of",
        required=False,
        choices=[("Polygon", "an area"), ("LineString", "a line"), ("Point", "a point")],
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
