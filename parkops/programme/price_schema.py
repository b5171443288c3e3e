"""What the programme file says of a permit's price: base, conditions, additions, factors."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from parkops.kernel.texts import say, say_n, word
from parkops.programme.fields import Amount, Factor, Part, SignedMoney, shown, wrong

_COMPARISON = re.compile(r"(>=|<=|==|=|>|<)?\s*([0-9]{1,6})")
Subject = Literal["vehicle.fuel", "customer.permits"]


_COMPARED: dict[str, Callable[[int], str]] = {
    ">=": lambda n: say_n(
        "at least {n} other permit of this type", "at least {n} other permits of this type", n
    ),
    "<=": lambda n: say_n(
        "at most {n} other permit of this type", "at most {n} other permits of this type", n
    ),
    ">": lambda n: say_n(
        "more than {n} other permit of this type", "more than {n} other permits of this type", n
    ),
    "<": lambda n: say_n(
        "fewer than {n} other permit of this type", "fewer than {n} other permits of this type", n
    ),
    "=": lambda n: say_n("{n} other permit of this type", "{n} other permits of this type", n),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of an `if`: `vehicle.fuel: diesel`, or `customer.permits: ">=1"`."""

    subject: Subject
    op: str
    value: str | int

    def holds(self, *, fuels: Collection[str], permits: int) -> bool:
        """Return whether it holds for vehicles of these fuels (any of them) and a customer with
        `permits` other held, pending, scheduled or active permits of the type."""
        if self.subject == "vehicle.fuel":
            return str(self.value).casefold() in {fuel.casefold() for fuel in fuels}
        value = int(self.value)
        return {
            ">=": permits >= value,
            "<=": permits <= value,
            ">": permits > value,
            "<": permits < value,
            "=": permits == value,
        }[self.op]

    @property
    def text(self) -> str:
        """The condition in words: "fuel diesel", "at least 1 other permit of this type"."""
        if self.subject == "vehicle.fuel":
            return say("fuel {fuel}", fuel=word(str(self.value)))
        return _COMPARED[self.op](int(self.value))


def _read_conditions(value: Any) -> tuple[Condition, ...]:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict) or not value:
        wrong(
            f"{shown(value)} is not a condition; write a mapping such as {{vehicle.fuel: diesel}}"
        )
    conditions = []
    for subject, told in value.items():
        if subject == "vehicle.fuel":
            if not isinstance(told, str) or not told.strip():
                wrong(f"{shown(told)} is not a fuel; write one such as diesel", subject)
            conditions.append(Condition("vehicle.fuel", "=", told.strip()))
        elif subject == "customer.permits":
            form = None if isinstance(told, bool) else _COMPARISON.fullmatch(str(told).strip())
            if form is None:
                wrong(f'{shown(told)} is not a comparison; write one such as ">=1"', subject)
            op = (form[1] or "=").replace("==", "=")
            conditions.append(Condition("customer.permits", op, int(form[2])))
        else:
            wrong(
                f"unknown key {subject}; a condition is about vehicle.fuel or customer.permits",
                subject,
            )
    return tuple(conditions)


Conditions = Annotated[tuple[Condition, ...], PlainValidator(_read_conditions)]


class Extra(Part):
    """An amount added to the price where all conditions hold; it may be below zero."""

    conditions: Conditions = Field((), alias="if")
    amount: SignedMoney


class Multiple(Part):
    """A factor of the price where all conditions hold."""

    conditions: Conditions = Field((), alias="if")
    factor: Factor


class Price(Part):
    """What a permit costs: base, prorated, plus `add`, times `times`, not below `floor`."""

    base: Amount
    prorate: Literal["none", "daily", "half-monthly", "monthly"] = "none"
    add: tuple[Extra, ...] = ()
    times: tuple[Multiple, ...] = ()
    floor: Amount | None = None
