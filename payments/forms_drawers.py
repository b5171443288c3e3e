"""What people fill in about drawers: the float, cash moved, the count, the bag for the bank."""

from collections.abc import Sequence
from typing import Any

from django import forms

from parkops.kernel.denominations import denominations, name_of
from parkops.kernel.money import Money
from payments import place
from payments.forms import MoneyField
from payments.models import DrawerMovement

MOST_PIECES = 99_999


class FloatForm(forms.Form):
    """The change that lies in the drawer."""

    name = forms.CharField(label="Drawer", max_length=60, initial="Counter")
    float_minor = MoneyField(label="Float", max_length=20, initial="100.00")


class MoveForm(forms.Form):
    """Cash put into a drawer or taken out of it."""

    kind = forms.ChoiceField(
        label="What is done",
        choices=[
            ("drop", "Dropped to the safe"),
            ("paid_out", "Paid out"),
            ("paid_in", "Paid in"),
        ],
        initial="drop",
        widget=forms.RadioSelect,
    )
    amount = MoneyField(label="Amount", max_length=20)
    purpose = forms.ChoiceField(
        label="What for",
        choices=[
            (value, label) for value, label in DrawerMovement.Purpose.choices if value != "safe"
        ],
        required=False,
    )
    reason = forms.CharField(label="Reason", max_length=300, required=False)
    once = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Take a drop as what goes to the safe."""
        told = super().clean() or {}
        if told.get("kind") == "drop":
            told["purpose"] = "safe"
        return told


class CountForm(forms.Form):
    """What was counted: by notes and coins, or a plain total."""

    counted = MoneyField(label="Counted in all", max_length=20, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for each in denominations(place.currency()):
            self.fields[f"piece_{each.minor}"] = forms.IntegerField(
                label=name_of(each), min_value=0, max_value=MOST_PIECES, required=False
            )

    @property
    def rows(self) -> list[tuple[Money, forms.BoundField]]:
        """The notes and coins with the fields of how many of each."""
        return [(each, self[f"piece_{each.minor}"]) for each in denominations(place.currency())]

    @property
    def pieces(self) -> list[tuple[int, int]]:
        """What was counted by notes and coins: (denomination, how many)."""
        told = [
            (each.minor, self.cleaned_data.get(f"piece_{each.minor}") or 0)
            for each in denominations(place.currency())
        ]
        return [(minor, count) for minor, count in told if count]

    def clean(self) -> dict[str, Any]:
        """Let one of both say the total; both must say the same."""
        told = super().clean() or {}
        if self.errors:
            return told
        given, total = told.get("counted"), place.money(sum(a * b for a, b in self.pieces))
        if given is None and not self._is_told():
            self.add_error("counted", "Count the notes and coins, or give the total.")
        elif given is not None and self.pieces and given != total:
            self.add_error(
                "counted", f"The notes and coins come to {total.amount}. Leave the total empty."
            )
        told["counted"] = total if given is None else given
        return told

    def _is_told(self) -> bool:
        return any(
            value is not None for name, value in self.cleaned_data.items() if "piece" in name
        )


class DepositForm(CountForm):
    """What goes to the bank in one bag."""

    drawers = forms.TypedMultipleChoiceField(label="Drawers", coerce=int, required=False)
    drops = forms.TypedMultipleChoiceField(label="Drops", coerce=int, required=False)
    cheques = forms.TypedMultipleChoiceField(label="Checks", coerce=int, required=False)
    bag = forms.CharField(label="Bag or seal number", max_length=60, required=False)

    def __init__(
        self,
        *args,
        drawers: Sequence[int] = (),
        drops: Sequence[int] = (),
        cheques: Sequence[int] = (),
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        for name, ids in (("drawers", drawers), ("drops", drops), ("cheques", cheques)):
            field: Any = self.fields[name]
            field.choices = [(one, one) for one in ids]

    def _is_told(self) -> bool:
        # A bag of checks alone has no cash to count.
        is_cash = self.cleaned_data.get("drawers") or self.cleaned_data.get("drops")
        return super()._is_told() or not is_cash


class WhyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="Reason", max_length=300)


class TerminalForm(forms.Form):
    """What the terminal's closing slip says; `seen` is what was shown as taken here, in minor units."""

    total = MoneyField(label="Total on the slip", max_length=20)
    slip = forms.CharField(label="Number of the slip", max_length=60, required=False)
    reason = forms.CharField(label="Why they differ", max_length=300, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)
