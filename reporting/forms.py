"""The questions of a report, of a replay and of the oversell adviser, as forms."""

from collections.abc import Container, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from parkops.jobs.models import Job
from parkops.programme.schema import Programme
from parkops.ui.fields import DayField
from reporting.catalogue.base import Parameter, Report
from reporting.exports import WRITERS
from reporting.rules.periods import DAYS, KEY, PERIODS

LONGEST_DAYS, USUAL_DAYS = 400, 56
FORMATS = [("pdf", "PDF"), ("xlsx", "XLSX"), ("csv", "CSV"), ("json", "JSON")]


class ReportForm(forms.Form):
    """What a report asks, and the format of its file, if one is to be made."""

    format = forms.ChoiceField(label="Format", choices=[f for f in FORMATS if f[0] in WRITERS])
    mail = forms.BooleanField(label="E-mail me when it is ready", required=False)

    def __init__(self, *args: Any, report: Report, makes_file: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not makes_file:
            del self.fields["format"], self.fields["mail"]
        self._asked = [parameter.key for parameter in report.parameters]
        for parameter in report.parameters:
            self.fields[parameter.key] = _field(parameter)
        if report.asks_last:
            named = PERIODS if report.asks_first else DAYS
            self.fields[KEY] = forms.ChoiceField(
                label="Period" if report.asks_first else "Day",
                required=False,
                choices=[("", "Days that I choose"), *named.items()],
            )
        self.order_fields([KEY, *self._asked])

    def given(self) -> dict[str, str]:
        """Return the answers as texts by key, blanks left out; a period that moves in place of its days."""
        moving = self.cleaned_data.get(KEY, "")
        answers = {key: self.cleaned_data[key] for key in self._asked}
        if moving:
            answers = {KEY: moving} | {
                key: value for key, value in answers.items() if key not in ("from", "to")
            }
        return {
            key: value.isoformat() if hasattr(value, "isoformat") else str(value)
            for key, value in answers.items()
            if value not in ("", None)
        }


class FilterForm(forms.Form):
    """The name of a saved filter, and who sees it."""

    name = forms.CharField(label="Name", max_length=80)
    is_shared = forms.BooleanField(label="Everybody in the office sees and runs it", required=False)


class HistoryForm(forms.Form):
    """Which of the runs are listed."""

    who = forms.ChoiceField(
        label="Asked by", required=False, choices=[("", "Anybody"), ("mine", "Me")]
    )
    report = forms.ChoiceField(label="Report", required=False)
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Any"), *Job.State.choices]
    )

    def __init__(self, *args: Any, reports: Sequence[Report], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].choices = [("", "Any"), *((one.code, one.name) for one in reports)]

    def chosen(self, name: str) -> str:
        """Return what was chosen; nothing for what is no choice."""
        return str(self.cleaned_data.get(name) or "") if self.is_valid() else ""


class PresentForm(forms.Form):
    """Of which zone the vehicles are listed."""

    zone = forms.ChoiceField(label="Zone", required=False)

    def __init__(self, *args: Any, zones: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code, f"{code}, {name}") for code, name in zones]
        self.fields["zone"].choices = [("", "All zones"), *named]


class ReplayForm(forms.Form):
    """On how many months a draft is tried."""

    months = forms.TypedChoiceField(
        label="On the last",
        coerce=int,
        initial=3,
        choices=[(1, "month"), (3, "3 months"), (6, "6 months"), (12, "12 months")],
    )


class RiskForm(forms.Form):
    """How rare full days are to be: one day in so many."""

    risk = forms.TypedChoiceField(
        label="Full on at most",
        coerce=int,
        initial=20,
        choices=[
            (100, "1 day in 100"),
            (50, "1 day in 50"),
            (20, "1 day in 20"),
            (10, "1 day in 10"),
        ],
    )


class InsightForm(forms.Form):
    """The days and the zone that a question is about."""

    zone = forms.ChoiceField(label="Zone", required=False)

    def __init__(
        self,
        *args: Any,
        asks: Container[str],
        programme: Programme,
        today: date,
        counted: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if "period" in asks:
            first = today - timedelta(days=USUAL_DAYS - 1)
            self.fields["from"] = DayField(label="From", required=False, initial=first)
            self.fields["to"] = DayField(label="To, included", required=False, initial=today)
        if "counted" in asks:
            names = {zone.code: zone.name for zone in programme.zones}
            told = self.data.get("zone", "")
            others = [told] if told in names and told not in counted else []
            self.fields["zone"].choices = [
                (code, f"{code}, {names.get(code, 'no more')}") for code in (*counted, *others)
            ]
        elif "zone" in asks:
            zones = [(zone.code, f"{zone.code}, {zone.name}") for zone in programme.zones]
            self.fields["zone"].choices = [("", "Every zone"), *zones]
        else:
            del self.fields["zone"]
        self._today = today

    def clean(self) -> dict[str, Any]:
        """Return the answers, if the days are in order and not too many."""
        found = super().clean() or {}
        last = found.get("to") or self._today
        usual = self._today - timedelta(days=USUAL_DAYS - 1)
        first = found.get("from") or min(usual, last)
        if last < first:
            self.add_error("to", "The last day must not be before the first.")
        elif (last - first).days >= LONGEST_DAYS:
            self.add_error("from", f"At most {LONGEST_DAYS} days can be asked for at once.")
        return found

    def asked(self) -> tuple[date, date, str]:
        """Return the first day, the last one and the zone; what is left out or wrong is as usual."""
        first, last = self._today - timedelta(days=USUAL_DAYS - 1), self._today
        if not self.is_bound or not self.is_valid():
            return first, last, ""
        told = self.cleaned_data
        last = told.get("to") or last
        return told.get("from") or min(first, last), last, told.get("zone") or ""


def _field(parameter: Parameter) -> forms.Field:
    asked: dict[str, Any] = {
        "label": parameter.label,
        "required": parameter.is_required,
        "help_text": parameter.hint,
    }
    if parameter.kind == "date":
        return DayField(**asked)
    if parameter.choices:
        return forms.ChoiceField(choices=[("", parameter.blank), *parameter.choices], **asked)
    offered = {"list": f"codes-{parameter.key}"} if parameter.codes else {}
    return forms.CharField(max_length=60, widget=forms.TextInput(attrs=offered), **asked)
