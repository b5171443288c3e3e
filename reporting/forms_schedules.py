"""When a saved filter is run, in which formats and for whom, as a form."""

from calendar import day_name
from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.accounts.models import User
from parkops.ui.values import Option
from reporting.forms import FORMATS
from reporting.models import Schedule
from reporting.operations.schedules import Plan
from reporting.rules.schedules import LAST_DAY, Every, Rhythm

DAYS = [*((n, str(n)) for n in range(1, LAST_DAY)), (LAST_DAY, "The last day")]


class ScheduleForm(forms.Form):
    """A plan: how often and at what time, formats, recipients."""

    every = forms.ChoiceField(
        label="Run it",
        choices=[("day", "Every day"), ("week", "Every week"), ("month", "Every month")],
    )
    weekday = forms.TypedChoiceField(label="On", coerce=int, choices=[*enumerate(day_name)])
    day = forms.TypedChoiceField(
        label="On day",
        coerce=int,
        choices=DAYS,
        help_text="The 29th and 30th are the last day of a shorter month.",
    )
    time = forms.TimeField(
        label="At",
        initial="07:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Give a time of day such as 07:00."},
    )
    formats = forms.MultipleChoiceField(
        label="As", choices=FORMATS, widget=forms.CheckboxSelectMultiple
    )
    recipients = forms.TypedMultipleChoiceField(
        label="For", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    skips_empty = forms.BooleanField(label="Only if it is not empty", required=False)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [
            Option(str(person.pk), person.name or person.email, person.email if person.name else "")
            for person in people
        ]
        self.fields["recipients"].choices = [(int(one.value), one.label) for one in self.people]

    def plan(self) -> Plan:
        """Return what was filled in."""
        told = self.cleaned_data
        minute = told["time"].hour * 60 + told["time"].minute
        rhythm = Rhythm(Every(told["every"]), minute, told["weekday"], told["day"])
        return Plan(rhythm, told["formats"], told["recipients"], told["skips_empty"])

    @staticmethod
    def initial_of(schedule: Schedule) -> dict[str, Any]:
        """Return what the form shows of a schedule."""
        return {
            "every": schedule.every,
            "weekday": schedule.weekday,
            "day": schedule.day,
            "time": f"{schedule.minute // 60:02}:{schedule.minute % 60:02}",
            "formats": schedule.formats,
            "recipients": schedule.recipients,
            "skips_empty": schedule.skips_empty,
        }
