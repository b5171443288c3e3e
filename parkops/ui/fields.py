"""Form fields that refuse what no calendar, clock or column can hold."""

from datetime import date, datetime
from typing import Any

from django import forms

from parkops.kernel.dates import YEARS

LARGEST = 1_000_000
"""The largest count that a form takes unless it says otherwise."""


def _known(day: date) -> None:
    if day.year not in YEARS:
        raise forms.ValidationError("Give a year from 1900 to 2999.")


class DayInput(forms.DateInput):
    """A browser's own field for a day; it reads one form of a day, whatever the page's language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """Asks for a day of a year that terms and time zones are worked out in."""

    widget = DayInput
    default_validators = [_known]


class InstantField(forms.DateTimeField):
    """Asks for a day and time of such a year."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant; of a year out of range it is refused before its zone is asked."""
        try:
            found = super().to_python(value)
        except OverflowError:
            raise forms.ValidationError("Give a year from 1900 to 2999.") from None
        if found is not None:
            _known(found)
        return found


class CountField(forms.IntegerField):
    """Asks for a whole number that a column can hold."""

    def __init__(self, *, max_value: int = LARGEST, **kwargs: Any) -> None:
        super().__init__(max_value=max_value, **kwargs)
