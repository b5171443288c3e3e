"""Reports that one statement answers: its cells in the order of the columns, named, totalled and charted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Choices

from parkops.audit.words import act_text
from parkops.kernel.dates import midnight
from parkops.kernel.money import Money, decimals
from parkops.kernel.permissions import Permission
from parkops.programme.schema import Programme
from reporting import sql
from reporting.catalogue.base import (
    PERIOD,
    Asking,
    Parameter,
    Report,
    one_day_later,
    period_text,
)
from reporting.datasets import Block, Column, Dataset, Kind, rows_of, share

Naming = Callable[[Programme, str], str]

MOST_BARS = 31
"""A chart of more bars than days of a month says nothing."""
_LABELS = {Kind.DATE: ("%-d %b", 16), Kind.INSTANT: ("%-d %b", 16), Kind.MONTH: ("%b %Y", 13)}
"""How the labels of bars of days and months are written, and how many there is room for."""
_SPOKEN = {
    "About": "what it tells",
    "For": "what it was for",
    "Paid by": "means of payment",
    "Ran": "day",
    "Sold to": "audience",
    "What": "kind",
    "Who": "person",
}
"""What is said of a column in the title of a chart, where its own title would not do."""


def counted(
    code: str,
    name: str,
    query: str,
    columns: Sequence[Column],
    *,
    about: str,
    section: str,
    parameters: Sequence[Parameter] = PERIOD,
    named: Mapping[str, Naming] | None = None,
    chart: tuple[str, str] | None = None,
    notes: Sequence[str] = (),
    needs: Permission | None = None,
    values: Callable[[Asking], Mapping[str, Any]] | None = None,
) -> Report:
    """Return the report that `query` answers.

    The statement gives a cell for each column, in their order, but for those that are a part of another;
    amounts are minor units, instants are told in local time, months are texts such as "2026-10". It may
    use `%(place)s`, the time zone; `%(first)s` and `%(last)s`, local days; `%(begins)s` and `%(ends)s`, the
    instants of the period (the second excluded); `%(now)s`; each answer by its key; and what `values` adds.
    `named` turns the codes of a column into names. `chart` are the keys of a column of labels and of one of
    values.
    """
    asked = [column for column in columns if not column.part_of]
    naming = named or {}

    def given(asking: Asking) -> dict[str, Any]:
        return _values(asking, parameters) | dict(values(asking) if values else {})

    def blocks(asking: Asking) -> Iterator[Block]:
        told = _reader(asked, columns, naming, asking.programme)
        for some in sql.each(query, **given(asking)):
            yield told(some)

    def build(asking: Asking) -> Dataset:
        asking.tell(0.1, "Adding up")
        read = _reader(asked, columns, naming, asking.programme)
        rows = rows_of(read(sql.rows(query, **given(asking))))
        return Dataset(
            title=name,
            columns=columns,
            rows=rows,
            filters=_filters(asking, parameters),
            notes=notes,
            chart=_drawn(rows, columns, chart) if chart else (),
            chart_title=_charted(columns, chart) if chart else "",
            currency=asking.programme.currency,
        )

    return Report(
        code=code,
        name=name,
        about=about,
        section=section,
        parameters=parameters,
        build=build,
        columns=columns,
        needs=needs,
        blocks=blocks,
    )


def labels(choices: type[Choices]) -> Naming:
    """Return the naming by the labels of `choices`."""
    known = {str(value): str(label) for value, label in choices.choices}
    return lambda _programme, code: known.get(code, code)


def in_words(_programme: Programme, code: str) -> str:
    """Return a code that has no name of its own as words: "blocked_way" is "Blocked way"."""
    return act_text(code)


def type_name(programme: Programme, code: str) -> str:
    """Return the name of a permit type, its code if it is retired."""
    kind = programme.permit_type(code)
    return kind.name if kind else code


def type_code(programme: Programme, key: str) -> str:
    """Return the code of a permit type as the program writes it, its key if it is retired."""
    kind = programme.permit_type(key)
    return kind.code if kind else key


def zone_name(programme: Programme, code: str) -> str:
    """Return the name of a zone, its code if it is no more."""
    zone = programme.zone(code)
    return zone.name if zone else code


def violation_name(programme: Programme, code: str) -> str:
    """Return the name of a violation, its code if there is none in force."""
    violation = programme.violation(code)
    return violation.name if violation else code


def audience_name(programme: Programme, code: str) -> str:
    """Return the name of an audience; without a code, everybody."""
    if not code:
        return "Anybody"
    audience = programme.audience(code)
    return audience.name if audience else code


def _values(asking: Asking, parameters: Sequence[Parameter]) -> dict[str, Any]:
    zone = asking.programme.tz
    told: dict[str, Any] = {
        parameter.key: asking.answers[parameter.key]
        for parameter in parameters
        if parameter.kind != "date"
    }
    told |= {"place": zone.key, "now": asking.at}
    if "from" in asking.answers:
        told |= {"first": asking.first, "begins": midnight(asking.first, zone)}
    if "to" in asking.answers:
        told |= {"last": asking.last, "ends": midnight(one_day_later(asking.last), zone)}
    return told


Reading = Callable[[Block], Sequence[Any]]
"""Makes the cells of one column of the columns of the answer."""


def _reader(
    asked: Sequence[Column],
    columns: Sequence[Column],
    naming: Mapping[str, Naming],
    programme: Programme,
) -> Callable[[Sequence[Sequence[Any]]], Block]:
    """Return what makes a block of lines of the answer, with the cells that are a part of others.

    It goes by columns, so that what a cell is needs not be asked of each.
    """
    keys = [column.key for column in asked]
    readings = [_reading(column, keys, naming, programme) for column in columns]

    def read(lines: Sequence[Sequence[Any]]) -> Block:
        found = list(zip(*lines, strict=True)) if lines else [()] * len(keys)
        if len(found) != len(keys):
            raise ValueError(f"a line of {len(found)} cells, and {len(keys)} columns")
        return [reading(found) for reading in readings]

    return read


def _reading(
    column: Column, keys: Sequence[str], naming: Mapping[str, Naming], programme: Programme
) -> Reading:
    if column.part_of:
        part, whole = (keys.index(key) for key in column.part_of)
        return lambda found: [
            share(float(a or 0), float(b or 0))
            for a, b in zip(found[part], found[whole], strict=True)
        ]
    place = keys.index(column.key)
    if column.key in naming:
        name = naming[column.key]
        return _by_value(place, lambda code: name(programme, str(code or "")))
    if column.kind is Kind.MONEY:
        # Few amounts come often: each is made once in a block.
        return _by_value(place, lambda minor: _money(minor, programme.currency))
    if column.kind in _DIGITS:
        digits = _DIGITS[column.kind]
        return lambda found: [
            None if value is None else round(float(value), digits) for value in found[place]
        ]
    if column.kind is Kind.COUNT:
        return lambda found: [None if value is None else int(value) for value in found[place]]
    as_it_is = {Kind.TEXT: {str}, Kind.MONTH: {str}, Kind.DATE: {date}}.get(column.kind)

    def read(found: Block) -> Sequence[Any]:
        cells = found[place]
        if set(map(type, cells)) == as_it_is:
            return cells
        return [_told(value, column.kind, programme) for value in cells]

    return read


def _by_value(place: int, made: Callable[[Any], Any]) -> Reading:
    """Return what makes a cell of each value of a column, the same of the same."""

    def read(found: Block) -> Sequence[Any]:
        known = {value: made(value) for value in set(found[place])}
        return list(map(known.__getitem__, found[place]))

    return read


def _money(minor: Any, currency: str) -> Money | None:
    return None if minor is None else Money(int(minor), currency)


_DIGITS = {Kind.NUMBER: 1, Kind.SHARE: 6}


def _told(value: Any, kind: Kind, programme: Programme) -> Any:
    if value is None:
        return "" if kind is Kind.TEXT else None
    if isinstance(value, datetime):
        return value.astimezone(programme.tz)
    return value if isinstance(value, date) else str(value)


def _filters(asking: Asking, parameters: Sequence[Parameter]) -> list[tuple[str, str]]:
    told = []
    if "from" in asking.answers:
        told.append(("Period", period_text(asking)))
    elif "to" in asking.answers:
        told.append(("As of", f"{asking.last:%-d %B %Y}"))
    else:
        told.append(("As of", f"{asking.at.astimezone(asking.programme.tz):%-d %B %Y, %H:%M}"))
    for parameter in parameters:
        if parameter.kind != "date":
            answer = str(asking.answers[parameter.key])
            told.append((parameter.label, parameter.said(answer)))
    return told


def _drawn(
    rows: Sequence[Sequence[Any]], columns: Sequence[Column], chart: tuple[str, str]
) -> list[tuple[str, float]]:
    """Return the bars: rows of the same label together, in the order of the rows; none if there are too many.

    Shares are not added: of several, the bar is the mean, in percent.
    """
    keys = [column.key for column in columns]
    label, value = (keys.index(key) for key in chart)
    heights: dict[str, list[float]] = {}
    for row in rows:
        heights.setdefault(str(row[label]), []).append(_height(row[value]))
    is_share = columns[value].kind is Kind.SHARE
    bars = {text: 100 * sum(of) / len(of) if is_share else sum(of) for text, of in heights.items()}
    if len(bars) > MOST_BARS:
        return []
    form, most = _LABELS.get(columns[label].kind, ("", MOST_BARS))
    every = 1 + (len(bars) - 1) // most
    return [
        (_label(text, form) if n % every == 0 else "", height)
        for n, (text, height) in enumerate(bars.items())
    ]


def _label(text: str, form: str) -> str:
    """Return what stands under a bar: a day or a month as people write it."""
    if not form or not text:
        return text
    return f"{date.fromisoformat(f'{text}-01'[:10]):{form}}"


def _height(cell: Any) -> float:
    if isinstance(cell, Money):
        return float(Decimal(cell.minor) / 10 ** decimals(cell.currency))
    return float(cell or 0)


def _charted(columns: Sequence[Column], chart: tuple[str, str]) -> str:
    keys = [column.key for column in columns]
    label, value = (columns[keys.index(key)] for key in chart)
    by = _SPOKEN.get(label.title, label.title.lower())
    if label.title == "Name":
        by = columns[keys.index(label.key) - 1].title.lower()
    return f"{value.title} by {by}" + (", % on average" if value.kind is Kind.SHARE else "")
