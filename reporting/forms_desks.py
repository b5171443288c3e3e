"""The questions of limits of figures and of screens on walls, as forms."""

from calendar import day_name
from datetime import time
from typing import Any

from django import forms

from parkops.accounts.models import User
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission, Role
from reporting.dashboards import walls
from reporting.dashboards.figures import FIGURES
from reporting.dashboards.limits import hours_of
from reporting.models import FigureLimit, WallScreen

LARGEST = 10**12


class TimeField(forms.TimeField):
    """Asks for a time of day, or for none."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        told = {"invalid": "Give a time of day such as 10:00."}
        super().__init__(required=False, error_messages=told, **kwargs)


class LimitForm(forms.Form):
    """Of which figure a limit is, how far, and who is told."""

    figure = forms.ChoiceField(label="Figure")
    direction = forms.ChoiceField(
        label="Should not be", choices=FigureLimit.Direction.choices, initial="over"
    )
    amount = forms.CharField(
        label="Amount",
        max_length=20,
        help_text="A number such as 10; of money an amount such as 1500.00.",
        error_messages={"required": "Give the number that it should not pass."},
    )
    days = forms.TypedMultipleChoiceField(
        label="On these days; none: every day",
        coerce=int,
        required=False,
        choices=[(n, day[:3]) for n, day in enumerate(day_name)],
        widget=forms.CheckboxSelectMultiple,
    )
    begins = TimeField(label="From", help_text="Empty: from midnight.")
    ends = TimeField(
        label="To", help_text="Empty: until midnight. Not after From: on the next day."
    )
    tone = forms.ChoiceField(label="If it is", choices=FigureLimit.Tone.choices)
    by_mail = forms.BooleanField(label="Tell by e-mail too, once", required=False)
    for_all = forms.BooleanField(label="For all who see the figure", required=False)
    told_role = forms.ChoiceField(
        label="Whose e-mail, where it is for all",
        required=False,
        choices=[("", "Nobody's"), *((role.value, role.label.capitalize()) for role in Role)],
    )

    def __init__(self, *args: Any, user: User, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["figure"].choices = [
            (one.code, one.label)
            for one in FIGURES.values()
            if not one.is_own and user.may(one.permission)
        ]
        if not user.may(Permission.DASHBOARD_MANAGE):
            del self.fields["for_all"], self.fields["told_role"]

    def clean(self) -> dict[str, Any]:
        """Read the amount as the figure wants it, and whether an e-mail has somebody to go to."""
        told = super().clean() or self.cleaned_data
        if "amount" in told and "figure" in told:
            told["amount"] = self._amount(told["amount"], told["figure"])
        if told.get("for_all") and told.get("by_mail") and not told.get("told_role"):
            self.add_error("told_role", "Choose whose e-mail it is, or tell nobody by e-mail.")
        begins, ends = told.get("begins"), told.get("ends")
        if begins is not None and begins == ends:
            self.add_error(
                "ends", "It would end when it begins. Leave both empty for the whole day."
            )
        return told

    def limit(self) -> dict[str, Any]:
        """Return the limit that was filled in, its days and times as hours of the week."""
        told = dict(self.cleaned_data)
        days, begins, ends = (told.pop(name) for name in ("days", "begins", "ends"))
        return told | {"hours": hours_of(frozenset(days), _minute(begins), _minute(ends))}

    def _amount(self, text: str, figure: str) -> int | None:
        try:
            if FIGURES[figure].series == "taken":
                number = Money.typed(text, self.currency).minor
            else:
                number = int(text.replace(",", "").strip())
        except ValueError:
            self.add_error(
                "amount", "Give a number such as 10, or of money an amount such as 1500.00."
            )
            return None
        if not 0 <= number <= LARGEST:
            self.add_error("amount", "Give a number from 0 up to a million millions.")
        return number


def _minute(clock: time | None) -> int | None:
    return None if clock is None else clock.hour * 60 + clock.minute


class ScreenForm(forms.Form):
    """What a screen on a wall shows."""

    name = forms.CharField(
        label="Where it hangs",
        max_length=80,
        error_messages={"required": "Say where the screen hangs, such as Entrance hall."},
    )
    theme = forms.ChoiceField(label="Light or dark", choices=WallScreen.Theme.choices)
    pieces = forms.MultipleChoiceField(
        label="What it shows",
        choices=[*walls.FIT.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["occupied", "occupancy", "map"],
        error_messages={"required": "Choose at least one of what a wall may show."},
    )
