"""What a question's answer is: read as a role that may read no more, and made into a dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.urls import reverse

from parkops.kernel.dates import local_date
from parkops.kernel.money import Money
from parkops.programme.schema import Programme
from parkops.tenancy import readers
from parkops.tenancy.patience import patient
from reporting import datasets
from reporting.datasets import Dataset
from reporting.questions import published
from reporting.questions.published import VIEWS, Column
from reporting.questions.rules import Group, Measure, Output, Question
from reporting.questions.statement import statement
from reporting.questions.words import sentence

PREVIEW_SECONDS, FILE_SECONDS = 5.0, 120.0
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KINDS = {
    published.Kind.TEXT: datasets.Kind.TEXT,
    published.Kind.CHOICE: datasets.Kind.TEXT,
    published.Kind.YESNO: datasets.Kind.TEXT,
    published.Kind.INSTANT: datasets.Kind.INSTANT,
    published.Kind.DAY: datasets.Kind.DATE,
    published.Kind.COUNT: datasets.Kind.COUNT,
    published.Kind.MONEY: datasets.Kind.MONEY,
}
_STEPS = {
    "day": datasets.Kind.DATE,
    "week": datasets.Kind.DATE,
    "month": datasets.Kind.MONTH,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: its dataset, and whether there are more rows than it was to have."""

    question: Question
    dataset: Dataset
    is_cut: bool

    @property
    def told(self) -> str:
        """How much of it there is."""
        count = len(self.dataset.rows)
        if self.is_cut:
            return f"the first {count:,} rows; there are more"
        return "1 row" if count == 1 else f"{count:,} rows"

    def page(self, number: str, *, most: int) -> Page:
        """Return a page of the rows, each with the page of its record; the nearest one if there is none."""
        rows = [*zip(self.links, self.dataset.rows, strict=True)]
        return Paginator(rows, most).get_page(number)

    @property
    def links(self) -> list[str]:
        """The page of each row's record, in the order of the rows; none where rows are groups."""
        view = self.question.view
        names = [one.name for one in self.question.columns]
        if not view.page or view.record not in names:
            return [""] * len(self.dataset.rows)
        place = names.index(view.record)
        return [
            reverse(view.page, args=[row[place]]) if row[place] else "" for row in self.dataset.rows
        ]


def answer(
    question: Question,
    programme: Programme,
    *,
    at: datetime,
    seconds: float = PREVIEW_SECONDS,
    title: str = "",
    today: date | None = None,
) -> Answer:
    """Return the answer to `question` at `at`, in the tenant's time zone and currency; periods that move are seen
    from the local day `today`, from that of `at` if it is left out.

    :raises Refused: if the database needs longer than `seconds`.
    """
    seen = local_date(at, programme.tz)
    text, values = statement(
        question,
        zone=programme.tz,
        today=today or seen,
        limit=question.limit + 1,
    )
    with patient(seconds, "Ask for fewer days, or add a filter.", field="filters"):
        rows = _read(text, values, is_personal=question.is_personal, seconds=seconds)
    is_cut = len(rows) > question.limit
    readers_ = [_reader(output, programme) for output in question.outputs]
    notes = [f"Only the first {question.limit:,} rows; there are more."] if is_cut else []
    return Answer(
        question,
        Dataset(
            title=title or question.view.title,
            columns=[_column(output) for output in question.outputs],
            rows=[
                [told(cell) for told, cell in zip(readers_, row, strict=True)]
                for row in rows[: question.limit]
            ],
            filters=[("Asked", sentence(question)), *_as_of(today, seen)],
            notes=notes,
            currency=programme.currency,
        ),
        is_cut,
    )


def _as_of(today: date | None, seen: date) -> list[tuple[str, str]]:
    return [("As of", f"{today:%-d %B %Y}")] if today and today != seen else []


def role(*, is_personal: bool) -> str:
    """Return the role that questions are read as; empty where there is none."""
    return readers.reader(readable(is_personal=is_personal), is_personal=is_personal)


def readable(*, is_personal: bool) -> dict[str, list[str]]:
    """Return the published views with the columns that a reader sees of each."""
    told = {view.name: view.names if is_personal else view.plain_names for view in VIEWS}
    return {name: columns for name, columns in told.items() if columns}


def _read(
    text: str, values: Sequence[Any], *, is_personal: bool, seconds: float
) -> list[tuple[Any, ...]]:
    reader = role(is_personal=is_personal)
    with readers.reading_as(reader, seconds=seconds), connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def _column(output: Output) -> datasets.Column:
    if isinstance(output, Measure):
        return datasets.Column(
            output.key,
            output.title,
            _measured(output),
            is_totalled=output.how in ("count", "sum"),
        )
    if isinstance(output, Group):
        kind = _STEPS.get(output.step, datasets.Kind.TEXT)
        if not output.step:
            kind = _KINDS[output.column.kind]
        return datasets.Column(output.key, output.title, kind, output.column.told)
    return datasets.Column(
        output.name, output.title, _KINDS[output.kind], output.told, output.is_summed
    )


def _measured(measure: Measure) -> datasets.Kind:
    if measure.column is None or measure.how == "distinct":
        return datasets.Kind.COUNT
    if measure.how == "average" and measure.column.kind is published.Kind.COUNT:
        return datasets.Kind.NUMBER
    return _KINDS[measure.column.kind]


def _reader(output: Output, programme: Programme) -> Callable[[Any], Any]:
    """Return what makes the cell of a dataset of what the database gave."""
    if isinstance(output, Group) and output.step:
        return {
            "weekday": lambda value: "" if value is None else WEEKDAYS[value - 1],
            "hour": lambda value: "" if value is None else f"{value:02}:00",
        }.get(output.step, lambda value: value if isinstance(value, date) else value or "")
    if isinstance(output, Measure):
        kind = _measured(output)
    else:
        column: Column = output.column if isinstance(output, Group) else output
        kind = _KINDS[column.kind]

    def told(value: Any) -> Any:
        if value is None:
            return "" if kind is datasets.Kind.TEXT else None
        if kind is datasets.Kind.MONEY:
            return Money.round_half_up(Decimal(value), programme.currency)
        if kind is datasets.Kind.COUNT:
            return int(value)
        if kind is datasets.Kind.NUMBER:
            return round(float(value), 1)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, datetime):
            return value.astimezone(programme.tz)
        return value if kind is datasets.Kind.DATE else str(value)

    return told
