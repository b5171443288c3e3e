"""A question as one statement of SQL: names from `published`, every value bound. Pure."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parkops.kernel.dates import midnight
from reporting.questions.published import Column, Kind
from reporting.questions.rules import (
    Filter,
    Group,
    Measure,
    Output,
    Question,
    key_of,
    period,
)

_CASTS = {Kind.COUNT: "bigint", Kind.MONEY: "bigint", Kind.DAY: "date", Kind.INSTANT: "timestamptz"}
_STEPS = {
    "day": "{0}::date",
    "week": "date_trunc('week', {0})::date",
    "month": "to_char({0}, 'YYYY-MM')",
    "year": "to_char({0}, 'YYYY')",
    "weekday": "extract(isodow FROM {0})::int",
    "hour": "extract(hour FROM {0})::int",
}
_MEASURES = {
    "count": "count(*)",
    "distinct": "count(DISTINCT {0})",
    "sum": "sum({0})",
    "average": "avg({0})",
    "least": "min({0})",
    "most": "max({0})",
}

Bound = tuple[str, list[Any]]


def statement(question: Question, *, zone: ZoneInfo, today: date, limit: int) -> Bound:
    """Return the statement that answers `question` as of the local day `today`, and its values.

    A cell for each output, in their order; never more than `limit` rows, in a total order.
    """
    values: list[Any] = []
    cells = []
    for output in question.outputs:
        cell, bound = _cell(output, zone)
        cells.append(cell)
        values += bound
    conditions = []
    for one in question.filters:
        condition, bound = _condition(one, zone, today)
        conditions.append(condition)
        values += bound
    parts = [f"SELECT {', '.join(cells)}", f'FROM "{question.view.name}"']
    if conditions:
        parts.append(f"WHERE {' AND '.join(conditions)}")
    if question.groups:
        parts.append(f"GROUP BY {', '.join(str(n + 1) for n in range(len(question.groups)))}")
    parts.append(f"ORDER BY {_order(question)}")
    parts.append("LIMIT %s")
    return " ".join(parts), [*values, limit]


def _cell(output: Output, zone: ZoneInfo) -> Bound:
    if isinstance(output, Measure):
        return _MEASURES[output.how].format(_name(output.column) if output.column else ""), []
    if isinstance(output, Group) and output.step:
        name, bound = _local(output.column, zone)
        return _STEPS[output.step].format(name), bound
    return _name(output.column if isinstance(output, Group) else output), []


def _order(question: Question) -> str:
    """Order by what was asked for, then by every cell in turn: first things first, the empty last."""
    keys = [key_of(one) for one in question.outputs]
    rest = [f"{n + 1}" for n, key in enumerate(keys) if key != question.sort]
    if not question.sort:
        return ", ".join(rest)
    way = "DESC NULLS LAST" if question.is_descending else "ASC NULLS LAST"
    return ", ".join([f"{keys.index(question.sort) + 1} {way}", *rest])


def _condition(one: Filter, zone: ZoneInfo, today: date) -> Bound:
    name = _name(one.column)
    if one.test in ("empty", "filled"):
        empty = f"({name} IS NULL OR {name}::text = '')"
        return (empty if one.test == "empty" else f"NOT {empty}"), []
    if one.test in ("yes", "no"):
        return (name if one.test == "yes" else f"NOT {name}"), []
    if one.column.kind in (Kind.DAY, Kind.INSTANT):
        return _days(one, zone, today)
    if one.column.kind in (Kind.COUNT, Kind.MONEY):
        return _numbers(one)
    return _texts(one)


def _texts(one: Filter) -> Bound:
    lower = f"lower({_name(one.column)})"
    values = [value.lower() for value in one.values]
    match one.test:
        case "is" | "is_not":
            same = f"coalesce({lower}, '') {'=' if one.test == 'is' else '<>'} %s::text"
            return same, values
        case "contains":
            return f"position(%s::text IN {lower}) > 0", values
        case "begins":
            return f"starts_with({lower}, %s::text)", values
        case "none":
            return f"coalesce({lower}, '') <> ALL(%s::text[])", [values]
    return f"{lower} = ANY(%s::text[])", [values]


def _numbers(one: Filter) -> Bound:
    name = _name(one.column)
    signs = {"is": "=", "at_least": ">=", "at_most": "<="}
    if one.test == "between":
        return f"{name} BETWEEN %s::bigint AND %s::bigint", [*one.values]
    return f"{name} {signs[one.test]} %s::bigint", [*one.values]


def _days(one: Filter, zone: ZoneInfo, today: date) -> Bound:
    """Days from the first to the last, both included; of an instant, by the local midnights."""
    if one.test == "in":
        first, last = period(one.values[0], today)
    elif one.test == "between":
        first, last = one.values
    else:
        first = last = one.values[0]
    is_instant = one.column.kind is Kind.INSTANT
    at: Callable[[date], Any] = (
        (lambda day: midnight(day, zone)) if is_instant else (lambda day: day)
    )
    cast = _CASTS[one.column.kind]
    parts, values = [], []
    if one.test != "until":
        parts.append(f"{_name(one.column)} >= %s::{cast}")
        values.append(at(first))
    if one.test != "from":
        parts.append(f"{_name(one.column)} < %s::{cast}")
        values.append(at(last + timedelta(days=1)))
    return " AND ".join(parts), values


def _local(column: Column, zone: ZoneInfo) -> Bound:
    """A time as the tenant's clocks show it."""
    if column.kind is Kind.INSTANT:
        return f"({_name(column)} AT TIME ZONE %s::text)", [zone.key]
    return f"{_name(column)}::timestamp", []


def _name(column: Column) -> str:
    return f'"{column.name}"'
