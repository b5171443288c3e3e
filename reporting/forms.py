"""The questions of a report, of a replay and of the oversell adviser, as forms."""

from typing import Any

from django import forms

from parkops.ui.fields import DayField
from reporting.catalogue.base import Parameter, Report
from reporting.exports import WRITERS

FORMATS = [("pdf", "PDF"), ("xlsx", "XLSX"), ("csv", "CSV"), ("json", "JSON")]


class ReportForm(forms.Form):
    """What a report asks, and the format of its file."""

    format = forms.ChoiceField(label="Format", choices=[f for f in FORMATS if f[0] in WRITERS])

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in report.parameters:
            self.fields[parameter.key] = _field(parameter)
        self.order_fields([parameter.key for parameter in report.parameters])

    def given(self) -> dict[str, str]:
        """Return the answers as texts by key, blanks left out."""
        answers = {key: value for key, value in self.cleaned_data.items() if key != "format"}
        return {
            key: value.isoformat() if hasattr(value, "isoformat") else str(value)
            for key, value in answers.items()
            if value not in ("", None)
        }


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
    return forms.CharField(max_length=60, **asked)
