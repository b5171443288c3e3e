"""The chart of an answer, where one can be drawn of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from parkops.kernel.money import Money, decimals
from parkops.ui import charts
from parkops.ui.charts import Chart, Point
from reporting.datasets import Column, Kind, month_of
from reporting.questions.answers import WEEKDAYS, Answer
from reporting.questions.published import TIMES
from reporting.questions.rules import Question

MOST_BARS, MOST_LINES, MOST_SHARES = 60, 31, 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart, or why there is none."""

    chart: Chart | None = None
    told: str = ""


def drawn(answer: Answer) -> Drawn:
    """Return the chart that was asked for; empty if none was."""
    question, rows = answer.question, answer.dataset.rows
    if not question.chart or not rows:
        return Drawn()
    if _is_time(question):
        return Drawn(told="Days and times have no height: ask for a number to draw it.")
    measure = len(question.groups)
    values = [_height(row[measure]) for row in rows]
    if any(value < 0 for value in values):
        return Drawn(told="Some figures are below zero, which no bar shows.")
    title = f"{answer.dataset.columns[measure].title} by " + " and ".join(
        one.title.lower() for one in question.groups
    )
    if question.chart == "heat":
        return _heat(answer, values, title)
    most = MOST_SHARES if question.chart == "shares" else MOST_BARS
    if len(rows) > most:
        return Drawn(told=f"{len(rows):,} groups are too many to draw; up to {most} are drawn.")
    head, column = question.groups[0].title, answer.dataset.columns[0]
    points = [
        Point(label, value, text=f"{label}: {_said(row[measure])}")
        for label, row, value in zip(
            [_label(row[0], column) for row in rows], rows, values, strict=True
        )
    ]
    if question.chart == "shares":
        return Drawn(charts.shares(points, title=title, head=head))
    if question.chart == "line":
        return Drawn(charts.line(points, title=title, head=head))
    return Drawn(charts.bars(points, title=title, head=head))


def on_paper(answer: Answer) -> dict[str, Any]:
    """Return the bars of a dataset and what they are called, if one group is to be drawn and few are."""
    question, rows = answer.question, answer.dataset.rows
    if not question.chart or question.chart == "heat" or len(rows) > MOST_LINES:
        return {}
    if _is_time(question):
        return {}
    bars = [(_label(row[0], answer.dataset.columns[0]), _height(row[1])) for row in rows]
    if any(value < 0 for _, value in bars):
        return {}
    measure, group = answer.dataset.columns[1].title, question.groups[0].title
    return {"chart": bars, "chart_title": f"{measure} by {group.lower()}"}


def _is_time(question: Question) -> bool:
    """Whether what is drawn, the first measure, is the earliest or latest day or time."""
    first = question.measures[0]
    return (
        first.how in ("least", "most") and first.column is not None and first.column.kind in TIMES
    )


def _heat(answer: Answer, values: list[float], title: str) -> Drawn:
    """A line for each value of the first group, a column for each of the second."""
    rows = answer.dataset.rows
    lines, columns = (_sorted({row[place] for row in rows}) for place in (0, 1))
    if len(lines) > MOST_LINES or len(columns) > MOST_LINES:
        return Drawn(told=f"More than {MOST_LINES} lines or columns are too many to draw.")
    found = {(row[0], row[1]): (value, row[2]) for row, value in zip(rows, values, strict=True)}
    of_line, of_column = answer.dataset.columns[:2]
    drawn_lines = []
    for line in lines:
        points = []
        for column in columns:
            value, cell = found.get((line, column), (0.0, None))
            place = f"{_label(line, of_line)}, {_label(column, of_column)}"
            told = f"{place}: {_said(cell) if cell is not None else 'none'}"
            points.append(Point(_label(column, of_column), value, text=told))
        drawn_lines.append((_label(line, of_line), points))
    head = answer.question.groups[0].title
    labels = [column[:3] if column in WEEKDAYS else _label(column, of_column) for column in columns]
    return Drawn(charts.heat(labels, drawn_lines, title=title, head=head))


def _sorted(cells: set[Any]) -> list[Any]:
    order = {day: place for place, day in enumerate(WEEKDAYS)}
    return sorted(cells, key=lambda cell: (order.get(cell, 0), str(cell or "")))


def _label(cell: Any, column: Column) -> str:
    if cell in ("", None):
        return "none"
    if column.kind is Kind.MONTH:
        return f"{month_of(cell):%b %Y}"
    if isinstance(cell, datetime):
        return f"{cell:%-d %b %Y, %H:%M}"
    return f"{cell:%-d %b %Y}" if isinstance(cell, date) else str(cell)


def _height(cell: Any) -> float:
    if isinstance(cell, Money):
        return float(Decimal(cell.minor) / 10 ** decimals(cell.currency))
    return float(cell or 0)


def _said(cell: Any) -> str:
    return str(cell) if isinstance(cell, Money) else charts.figure(float(cell or 0))
