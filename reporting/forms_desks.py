"""The questions of limits of figures and of screens on walls, as forms."""

from typing import Any

from django import forms

from parkops.accounts.models import User
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission, Role
from reporting.dashboards import walls
from reporting.dashboards.figures import FIGURES
from reporting.models import FigureLimit, WallScreen

LARGEST = 10**12


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
        return told

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


class ScreenForm(forms.Form):
    """What a screen on a wall shows."""

    name = forms.CharField(
        label="Where it hangs",
        max_length=80,
        error_messages={"required": "Say where the screen hangs, such as Entrance hall."},
    )
    theme = forms.ChoiceField(label="Light", choices=WallScreen.Theme.choices)
    pieces = forms.MultipleChoiceField(
        label="What it shows",
        choices=[*walls.FIT.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["occupied", "occupancy", "map"],
        error_messages={"required": "Choose at least one of what a wall may show."},
    )
