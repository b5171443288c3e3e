"""What the pages of zones ask: a file to import, a shape."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from parkops.kernel.codes import code_key, is_code
from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.week import Span
from parkops.kernel.window_forms import WindowFault, parse_window, write_window
from parkops.programme import week_grid
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


class DefaultsForm(forms.Form):
    """What the file does not say of the zones that are new."""

    within = forms.ChoiceField(
        label="New zones are inside",
        required=False,
        help_text="A right to the outer zone is one to them.",
    )
    enforced = forms.CharField(
        label="Enforced, where the file does not say",
        required=False,
        max_length=200,
        help_text="Such as Mon-Fri 07:00-17:30, or always. Left empty: never.",
    )

    def __init__(self, *args: Any, zones: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", "no other zone"), *((code, code) for code in zones)]
        self.fields["within"].choices = listed  # type: ignore[attr-defined]

    def clean_enforced(self) -> str:
        """Return the window as the file writes it."""
        text = self.cleaned_data["enforced"].strip()
        try:
            return str(write_window(parse_window(text))) if text else ""
        except WindowFault as fault:
            raise ValidationError(f"{fault}.") from None

    def completed(self, proposal: ZoneProposal) -> ZoneProposal:
        """Return a proposal with what the file does not say, of a form that is valid."""
        told = {name: text for name, text in self.cleaned_data.items() if text}
        if proposal.rates or "max_stay" in proposal.rules:
            told.pop("enforced", None)
        return replace(proposal, rules={**told, **proposal.rules})


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


NEW_RATE = "new"
_CLOCK = re.compile(r"([0-9]{1,2})(?::?([0-9]{2}))?")


class ClockField(forms.CharField):
    """A time of day from 00:00 to 24:00, as minutes after midnight."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 5, "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        """Return the minutes of what was typed: 9, 9:30, 0930 and 09:30 are read."""
        text = super().to_python(value)
        form = _CLOCK.fullmatch(str(text or ""))
        minutes = int(form[1]) * 60 + int(form[2] or 0) if form else -1
        if not 0 <= minutes <= MINUTES_PER_DAY or (form and int(form[2] or 0) > 59):
            raise ValidationError("Write a time from 00:00 to 24:00, such as 07:30.")
        return minutes


class PaintForm(forms.Form):
    """Hours of the week and what they become; `was` is the span that was changed, if one was."""

    days = forms.MultipleChoiceField(
        label="Days",
        choices=[(str(n), day[:3]) for n, day in enumerate(week_grid.DAYS)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one day."},
    )
    begins = ClockField(label="From")
    ends = ClockField(label="To", help_text="Not after the start: on the next day.")
    kind = forms.ChoiceField(label="Becomes")
    per_hour = forms.CharField(label="New rate, an hour", required=False, max_length=12)
    longest = forms.CharField(
        label="At most", required=False, max_length=12, help_text="Such as 2h."
    )
    day_max = forms.CharField(label="At most a day", required=False, max_length=12)
    was = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kinds: Iterable[week_grid.Kind], has_rates: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        new = [(NEW_RATE, "Visitors pay a new rate")] if has_rates else []
        self.fields["kind"].choices = [*((kind.key, kind.label) for kind in kinds), *new]  # type: ignore[attr-defined]

    def clean_begins(self) -> int:
        """Return the start; one at 24:00 is that of the next day, which is to be ticked instead."""
        begins = self.cleaned_data["begins"]
        if begins == MINUTES_PER_DAY:
            raise ValidationError("Write 00:00 and tick the next day.")
        return begins

    def clean(self) -> dict[str, Any]:
        """Ask for the price of a new rate."""
        told = super().clean() or self.cleaned_data
        if told.get("kind") == NEW_RATE and not told.get("per_hour"):
            self.add_error("per_hour", "Write the price of an hour, such as 2.50.")
        return told

    @property
    def spans(self) -> list[Span]:
        """The hours that are painted, of a form that is valid."""
        told = self.cleaned_data
        return [week_grid.span_of(int(day), told["begins"], told["ends"]) for day in told["days"]]

    @property
    def erased(self) -> list[Span]:
        """The span that was moved, which is free before it is painted anew."""
        span = read_span(self.cleaned_data.get("was") or "")
        return [span] if span else []

    @property
    def price(self) -> dict[str, str]:
        """What a new rate costs, as the file writes it."""
        told = self.cleaned_data
        keys = {"per_hour": "per_hour", "longest": "max", "day_max": "day_max"}
        return {name: told[field].strip() for field, name in keys.items() if told[field].strip()}


def read_span(text: str) -> Span | None:
    """Return the span that an address names: day, start and end; None for none."""
    form = re.fullmatch(r"([0-6])-([0-9]{1,4})-([0-9]{1,4})", text)
    if form is None:
        return None
    day, start, end = (int(part) for part in form.groups())
    return Span(day, start, end) if start < MINUTES_PER_DAY and start < end <= 1440 else None
