"""What the programme file says of a permit's price: base, conditions, additions, factors."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, model_validator

from parkops.kernel.codes import code_key
from parkops.kernel.money import Money
from parkops.kernel.texts import say, say_n, word
from parkops.kernel.windows import falls_in
from parkops.programme.fields import Amount, Factor, Part, Season, SignedMoney, shown, wrong

_COMPARISON = re.compile(r"(>=|<=|==|=|>|<)?\s*([0-9]{1,6})")
Subject = Literal[
    "vehicle.fuel",
    "vehicle.co2",
    "vehicle.euro",
    "customer.permits",
    "address.permits",
    "customer.audience",
]
COUNTED = ("vehicle.co2", "vehicle.euro", "customer.permits", "address.permits")
"""What is compared with a number."""
NAMED = {
    "vehicle.fuel": "a fuel; write one such as diesel",
    "customer.audience": "an audience; write its code, such as STAFF",
}
SUBJECTS = (
    "vehicle.fuel, vehicle.co2, vehicle.euro, customer.permits, address.permits or "
    "customer.audience"
)


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


_MEASURED: dict[str, dict[str, Callable[[int], str]]] = {
    "vehicle.co2": {
        ">=": lambda n: say("CO₂ of {n} g/km or more", n=n),
        "<=": lambda n: say("CO₂ of {n} g/km or less", n=n),
        ">": lambda n: say("CO₂ above {n} g/km", n=n),
        "<": lambda n: say("CO₂ below {n} g/km", n=n),
        "=": lambda n: say("CO₂ of {n} g/km", n=n),
    },
    "vehicle.euro": {
        ">=": lambda n: say("Euro class {n} or higher", n=n),
        "<=": lambda n: say("Euro class {n} or lower", n=n),
        ">": lambda n: say("Euro class above {n}", n=n),
        "<": lambda n: say("Euro class below {n}", n=n),
        "=": lambda n: say("Euro class {n}", n=n),
    },
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of an `if`: `vehicle.fuel: diesel`, or `customer.permits: ">=1"`."""

    subject: Subject
    op: str
    value: str | int

    def holds(
        self,
        *,
        fuels: Collection[str] = (),
        permits: int = 0,
        at_address: int = 0,
        co2: Collection[int] = (),
        euro: Collection[int] = (),
        audiences: Collection[str] = (),
    ) -> bool:
        """Return whether it holds for vehicles of which any has one of these fuels, grams of CO2 a
        kilometer and Euro classes (what is not known holds nothing), and for a customer of these
        audiences with `permits` other held, pending, scheduled or active permits of the type, of
        which `at_address` stand for their address, whoever holds them."""
        if self.subject == "vehicle.fuel":
            return str(self.value).casefold() in {fuel.casefold() for fuel in fuels}
        if self.subject == "customer.audience":
            return code_key(str(self.value)) in {code_key(code) for code in audiences}
        known = {
            "vehicle.co2": co2,
            "vehicle.euro": euro,
            "customer.permits": (permits,),
            "address.permits": (at_address,),
        }
        return any(self._compares(count) for count in known[self.subject])

    def _compares(self, count: int) -> bool:
        value = int(self.value)
        return {
            ">=": count >= value,
            "<=": count <= value,
            ">": count > value,
            "<": count < value,
            "=": count == value,
        }[self.op]

    @property
    def text(self) -> str:
        """The condition in words: "fuel diesel", "at least 1 other permit of this type"."""
        if self.subject == "vehicle.fuel":
            return say("fuel {fuel}", fuel=word(str(self.value)))
        if self.subject == "customer.audience":
            return say("group {code}", code=str(self.value))
        if self.subject == "customer.permits":
            return _COMPARED[self.op](int(self.value))
        if self.subject == "address.permits":
            return say("{permits} at the address", permits=_COMPARED[self.op](int(self.value)))
        return _MEASURED[self.subject][self.op](int(self.value))


def _read_conditions(value: Any) -> tuple[Condition, ...]:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict) or not value:
        wrong(
            f"{shown(value)} is not a condition; write a mapping such as {{vehicle.fuel: diesel}}"
        )
    return tuple(_read_condition(subject, told) for subject, told in value.items())


def _read_condition(subject: Any, told: Any) -> Condition:
    if subject in COUNTED:
        form = None if isinstance(told, bool) else _COMPARISON.fullmatch(str(told).strip())
        if form is None:
            wrong(f'{shown(told)} is not a comparison; write one such as ">=1"', subject)
        return Condition(subject, (form[1] or "=").replace("==", "="), int(form[2]))
    if subject not in NAMED:
        wrong(f"unknown key {subject}; a condition is about {SUBJECTS}", str(subject))
    if not isinstance(told, str) or not told.strip():
        wrong(f"{shown(told)} is not {NAMED[subject]}", subject)
    return Condition(subject, "=", told.strip())


Conditions = Annotated[tuple[Condition, ...], PlainValidator(_read_conditions)]


class Extra(Part):
    """An amount added to the price where all conditions hold; it may be below zero."""

    conditions: Conditions = Field((), alias="if")
    amount: SignedMoney


class Multiple(Part):
    """A factor of the price where all conditions hold."""

    conditions: Conditions = Field((), alias="if")
    factor: Factor


class MonthPrice(Part):
    """What a month of a rolling term costs if it begins in this season, both days included."""

    season: Season
    amount: Amount


class Price(Part):
    """What a permit costs: base, prorated, plus `add`, times `times`, not below `floor`.

    `months` is for rolling terms: every month adds the amount of the season in which it begins.
    The seasons name every day of the year once, so that no price is ever guessed.
    """

    base: Amount
    months: tuple[MonthPrice, ...] = ()
    prorate: Literal["none", "daily", "half-monthly", "monthly"] = "none"
    add: tuple[Extra, ...] = ()
    times: tuple[Multiple, ...] = ()
    floor: Amount | None = None

    @model_validator(mode="after")
    def _months_name_every_day_once(self) -> "Price":
        if not self.months:
            return self
        year = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
        for day in year:
            found = [m for m in self.months if falls_in((day.month, day.day), m.season)]
            if len(found) != 1:
                many = "no season has" if not found else "two seasons have"
                wrong(f"{many} {day:%m-%d}; name every day of the year once", "months")
        return self

    @property
    def subjects(self) -> frozenset[str]:
        """What the conditions of this price ask about."""
        return frozenset(condition.subject for condition in self.conditions)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of all that is added and multiplied by."""
        rows = [extra.conditions for extra in self.add] + [part.conditions for part in self.times]
        return tuple(condition for row in rows for condition in row)

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences for which it is another price."""
        return frozenset(str(c.value) for c in self.conditions if c.subject == "customer.audience")

    @property
    def asks_of_vehicles(self) -> bool:
        """Whether the price depends on what is known of a vehicle."""
        return any(subject.startswith("vehicle.") for subject in self.subjects)

    def month_from(self, day: date) -> Money:
        """Return what the month costs that begins on `day`."""
        return next(m.amount for m in self.months if falls_in((day.month, day.day), m.season))
