"""What the pages of field command ask: of the office and of officers."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from enforcement.queries import crew
from enforcement.queries.calls import PRIORITIES
from enforcement.queries.patrol import WEEKS
from enforcement.rules.calls import INCIDENTS, OUTCOMES
from parkops.ui.fields import DayField, InstantField

Choices = Sequence[tuple[str, str]]


class AssignCallForm(forms.Form):
    """Who gets a call, and how urgent it is."""

    officer = forms.ChoiceField(label="Officer", required=False)
    priority = forms.TypedChoiceField(
        label="Priority",
        coerce=int,
        choices=[(str(n), word.text) for n, word in PRIORITIES.items()],
    )

    def __init__(self, *args: Any, officers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", "Nobody"), *officers]


class FinishForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(
        label="What came of it?",
        choices=[("", "Choose one"), *OUTCOMES.items()],
        error_messages={"required": "Say what came of it."},
    )
    citation = forms.ChoiceField(label="Citation", required=False)
    text = forms.CharField(label="Words to the caller", max_length=2_000, required=False)

    def __init__(self, *args: Any, citations: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["citation"].choices = [("", "None"), *citations]


class CallFilterForm(forms.Form):
    """Which calls to list."""

    q = forms.CharField(label="Number, place or plate", max_length=60, required=False)
    officer = forms.ChoiceField(label="Officer", required=False)

    def __init__(self, *args: Any, officers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", "Everybody"), *officers]


class BeatForm(forms.Form):
    """A beat and its zones."""

    name = forms.CharField(
        label="Name", max_length=60, error_messages={"required": "Give the beat a name."}
    )
    zones = forms.MultipleChoiceField(
        label="Zones",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one zone."},
    )

    def __init__(self, *args: Any, zones: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zones"].choices = list(zones)


class DutyForm(forms.Form):
    """Who walks which beat on a day."""

    officer = forms.CharField(max_length=40, widget=forms.HiddenInput)
    on = DayField(widget=forms.HiddenInput)
    beat = forms.UUIDField(required=False)


class IncidentForm(forms.Form):
    """What happened."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(
        label="What was it?",
        choices=list(INCIDENTS.items()),
        error_messages={"required": "Choose what it was."},
    )
    text = forms.CharField(
        label="What happened?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what happened."},
    )
    happened_at = InstantField(
        label="When", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    place = forms.CharField(label="Where", max_length=200, required=False)
    police_reference = forms.CharField(label="Police reference", max_length=60, required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)


class IncidentFilterForm(forms.Form):
    """Which incidents to list."""

    q = forms.CharField(label="Number, words or police reference", max_length=60, required=False)
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "All"), *INCIDENTS.items()]
    )


class CoverageForm(forms.Form):
    """Of which days, and what is counted."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)
    what = forms.ChoiceField(
        label="Count", required=False, choices=[("checks", "Checks"), ("citations", "Citations")]
    )


class PositionForm(forms.Form):
    """Where a phone is."""

    lat = forms.FloatField(min_value=-90, max_value=90)
    lon = forms.FloatField(min_value=-180, max_value=180)
    accuracy = forms.FloatField(min_value=0, max_value=100_000, required=False)


MOST_OFFICERS = 8


class PatrolForm(forms.Form):
    """Which shift stops are suggested for."""

    on = DayField(label="Day", required=False)
    hour = forms.TypedChoiceField(
        label="From",
        required=False,
        coerce=int,
        choices=[("", "This hour"), *((hour, f"{hour:02}:00") for hour in range(24))],
    )
    hours = forms.TypedChoiceField(
        label="Hours",
        required=False,
        coerce=int,
        initial=4,
        choices=[(hours, str(hours)) for hours in (4, 2, 3, 5, 6, 7, 8, 9, 10)],
    )
    officers = forms.TypedChoiceField(
        label="Officers",
        required=False,
        coerce=int,
        initial=1,
        choices=[(count, str(count)) for count in range(1, MOST_OFFICERS + 1)],
    )
    weeks = forms.TypedChoiceField(
        label="Checks of",
        required=False,
        coerce=int,
        initial=WEEKS[0],
        choices=[(weeks, f"{weeks} weeks") for weeks in WEEKS],
    )


class PlanForm(forms.Form):
    """What the suggested stops are called as a beat, and who walks it; of several, how their names begin."""

    name = forms.CharField(label="Name", max_length=60)
    officer = forms.ChoiceField(label="Walked by", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.ref, one.name) for one in crew.officers()]
        self.fields["officer"] = forms.ChoiceField(
            label="Walked by", required=False, choices=[("", "Nobody yet"), *known]
        )
