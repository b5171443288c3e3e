"""Live examples beside an editor: what the rule that is being written comes to.

Prices and fines are worked out in apps above this one, which register how.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from parkops.kernel.dates import YEARS
from parkops.kernel.money import Money
from parkops.kernel.numbers import whole
from parkops.programme.schema import Programme
from parkops.ui.values import Reason


@dataclass(frozen=True, slots=True)
class Ask:
    """What an example is about, to be changed: `kind` is date, time, whole or choice."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: texts, and an amount at its end."""

    texts: tuple[str, ...]
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What an example tells case by case."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    amount_head: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule comes to: a price line by line, why, and tables; or why it comes to nothing."""

    title: str
    asks: tuple[Ask, ...] = ()
    reasons: tuple[Reason, ...] = ()
    because: tuple[str, ...] = ()
    refused: str = ""
    tables: tuple[Table, ...] = field(default=())


# Takes the programme as it is being written, the code of the thing, what is asked and the instant.
Make = Callable[[Programme, str, Mapping[str, str], datetime], Example | None]
_examples: dict[str, Make] = {}


def register(part: str, make: Make) -> None:
    """Show beside the editor of a part what `make` works out."""
    _examples[part] = make


def has_example(part: str) -> bool:
    """Return whether a part has an example."""
    return part in _examples


def example(
    part: str, programme: Programme, code: str, asked: Mapping[str, str], *, at: datetime
) -> Example | None:
    """Return the example of a part of the programme as it is being written."""
    return _examples[part](programme, code, asked, at) if part in _examples else None


def day_asked(asked: Mapping[str, str], name: str, otherwise: date) -> date:
    """Return the date that was asked for under a name; what is none counts as `otherwise`."""
    try:
        day = date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return otherwise
    return day if day.year in YEARS else otherwise


def number_asked(asked: Mapping[str, str], name: str, otherwise: int, most: int = 100_000) -> int:
    """Return the whole number that was asked for under a name, from 0 to `most`."""
    number = whole(asked.get(name, ""))
    return otherwise if number is None else min(number, most)


def minute_asked(asked: Mapping[str, str], name: str, otherwise: int) -> int:
    """Return the minute of the day that was asked for as 09:30."""
    hours, _, minutes = asked.get(name, "").partition(":")
    hour, minute = whole(hours, digits=2), whole(minutes, digits=2)
    if hour is None or minute is None:
        return otherwise
    return min(hour, 23) * 60 + min(minute, 59)
