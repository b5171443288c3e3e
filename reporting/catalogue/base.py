"""What a report is: its name, its questions, and how its dataset is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme.schema import Programme
from reporting.datasets import Block, Column, Dataset
from reporting.rules.periods import DAYS, PERIODS, dated
from reporting.rules.periods import KEY as PERIOD_KEY

FIRST_YEAR, LAST_YEAR = 1900, 2199

Told = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One question of a report. `kind` is date, month, choice or code; `codes` names whose codes it takes:
    zones, permit_types or violations of the program. Those of what is no more are taken too.
    """

    key: str
    label: str
    kind: str
    is_required: bool = False
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    blank: str = "All"
    codes: str = ""

    def said(self, answer: str) -> str:
        """Return an answer as people read it; what is left out as what that means."""
        return dict(self.choices).get(answer, answer) if answer else self.blank


@dataclass(frozen=True, slots=True)
class Asking:
    """What a report is made from: the answers, the program in force, when, and whom to tell how far."""

    answers: Mapping[str, Any]
    programme: Programme
    at: datetime
    tell: Told

    @property
    def first(self) -> date:
        """The first local day of the report."""
        return self.answers["from"]

    @property
    def last(self) -> date:
        """The last local day of the report, included."""
        return self.answers["to"]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the catalogue. `needs` and `also_needs` are what its reader must be allowed besides
    reports; `asked` tells in few words what was asked, where that is not its parameters. `columns` are all
    that it can have, whatever is asked.

    `blocks` gives the rows of its dataset, however many there are, a few hundred at once: a block holds
    the cells of each column.
    """

    code: str
    name: str
    about: str
    parameters: Sequence[Parameter]
    build: Callable[[Asking], Dataset]
    columns: Sequence[Column]
    section: str = ""
    needs: Permission | None = None
    blocks: Callable[[Asking], Iterator[Block]] | None = None
    also_needs: Permission | None = None
    asked: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def all_needs(self) -> list[Permission]:
        """All that its reader must be allowed besides reports."""
        return [one for one in (self.needs, self.also_needs) if one is not None]

    @property
    def asks_first(self) -> bool:
        """Whether it is about a period, with a first day."""
        return any(parameter.key == "from" for parameter in self.parameters)

    @property
    def asks_last(self) -> bool:
        """Whether it is about a period or about the end of a day."""
        return any(parameter.key == "to" for parameter in self.parameters)

    def dated(self, given: Mapping[str, Any], *, today: date, week_begins: int) -> dict[str, Any]:
        """Return answers with the days of the period that they name, if they name one.

        :raises Refused: if there is no such period, or days are given besides.
        """
        asked = {parameter.key for parameter in self.parameters}
        return dated(given, asked, today=today, week_begins=week_begins)

    def answers(self, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
        """Return the typed answers of `given` (texts by key); a date left out is this month's.

        :raises Refused: naming the parameter that is unknown or cannot be read.
        """
        known = {parameter.key: parameter for parameter in self.parameters}
        for key in given:
            if key not in known:
                raise Refused(
                    "unknown_parameter",
                    f"{self.name} has no parameter {key}. It has {', '.join(known)}.",
                    field=f"parameters.{key}",
                )
        found: dict[str, Any] = {}
        for key, parameter in known.items():
            text = str(given.get(key) or "").strip()
            found[key] = _read(parameter, text, today=today)
        if "from" in known and "to" in known and found["to"] < found["from"]:
            raise Refused(
                "ends_before_it_begins",
                "The last day must not be before the first.",
                field="parameters.to",
            )
        return found


PERIOD = (
    Parameter("from", "First day", "date", blank="The first of this month"),
    Parameter("to", "Last day, included", "date", blank="Today"),
)


def asked_text(report: "Report", given: Mapping[str, Any]) -> str:
    """Return what was asked of a report in few words: from 1 Jul 2014 to 31 Jul 2014, by violation."""
    if report.asked:
        return report.asked(given)
    named = DAYS if not report.asks_first else PERIODS
    moving = str(given.get(PERIOD_KEY) or "")
    told = [named.get(moving, PERIODS.get(moving, moving)).lower()] if moving else []
    for parameter in report.parameters:
        value = str(given.get(parameter.key) or "")
        if value and parameter.kind == "date":
            told.append(f"{parameter.key} {date.fromisoformat(value):%-d %b %Y}")
    period = " ".join(told)
    rest = []
    for parameter in report.parameters:
        value = str(given.get(parameter.key) or "")
        if value and parameter.kind != "date":
            chosen = dict(parameter.choices).get(value)
            rest.append(f"{parameter.label.lower()} {chosen.lower() if chosen else value}")
    return ", ".join([*([period] if period else []), *rest])


def one_day_later(day: date) -> date:
    """Return the day after `day`: the excluded end of a period that includes it."""
    return day + timedelta(days=1)


def period_text(asking: Asking) -> str:
    """Return the period as people read it."""
    return f"{asking.first:%-d %B %Y} to {asking.last:%-d %B %Y}"


def _read(parameter: Parameter, text: str, *, today: date) -> Any:
    if parameter.kind == "date":
        if not text:
            return today.replace(day=1) if parameter.key == "from" else today
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Refused(
                "not_a_date",
                f"{text} is not a date. Give one such as 2026-09-30.",
                field=f"parameters.{parameter.key}",
            )
        return day
    if not text:
        if parameter.is_required:
            raise Refused(
                "required", f"{parameter.label} is needed.", field=f"parameters.{parameter.key}"
            )
        return ""
    if "\x00" in text:
        raise Refused(
            "not_a_text",
            f"{parameter.label} is to be a text that can be typed.",
            field=f"parameters.{parameter.key}",
        )
    if parameter.choices and text not in {value for value, _ in parameter.choices}:
        allowed = ", ".join(value for value, _ in parameter.choices)
        raise Refused(
            "not_a_choice",
            f"{text} is not one of {allowed}.",
            field=f"parameters.{parameter.key}",
        )
    return text
