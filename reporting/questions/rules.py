"""What may be asked of the published views: a document becomes a question, or is refused at a field. Pure.

    {"view": "citations", "filters": [{"column": "issued_at", "is": "in", "value": "last_month"}],
     "groups": [{"column": "zone"}], "measures": [{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
     "sort": {"by": "count", "descending": true}, "limit": 100, "chart": "bars"}

Without groups and measures it lists `columns`. Names come from `published`; values stay values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parkops.kernel.dates import add_months
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from reporting.questions.published import BY_CODE, NUMBERS, TIMES, Column, Kind, View

MOST_COLUMNS, MOST_FILTERS, MOST_GROUPS, MOST_MEASURES = 20, 8, 2, 4
MOST_ROWS, USUAL_ROWS = 10_000, 100
MOST_VALUES, LONGEST_VALUE = 50, 200
GREATEST = 10**15
YEARS = range(1900, 2200)
KEYS = ("view", "columns", "filters", "groups", "measures", "sort", "limit", "chart")

PERIODS = {
    "today": "today",
    "yesterday": "yesterday",
    "this_week": "this week",
    "last_week": "last week",
    "this_month": "this month",
    "last_month": "last month",
    "this_year": "this year",
    "last_year": "last year",
    "last_7_days": "in the last 7 days",
    "last_28_days": "in the last 28 days",
    "last_90_days": "in the last 90 days",
    "last_365_days": "in the last 365 days",
}
"""Spans of days that move with the day on which the question is asked; today counts as one of the last."""

TESTS: dict[Kind, dict[str, str]] = {
    Kind.TEXT: {
        "is": "is",
        "is_not": "is not",
        "any": "is one of",
        "contains": "contains",
        "begins": "begins with",
        "empty": "is empty",
        "filled": "is not empty",
    },
    Kind.CHOICE: {"any": "is one of", "none": "is none of"},
    Kind.COUNT: {
        "is": "is",
        "at_least": "is at least",
        "at_most": "is at most",
        "between": "is between",
        "empty": "is empty",
        "filled": "is not empty",
    },
    Kind.MONEY: {
        "is": "is",
        "at_least": "is at least",
        "at_most": "is at most",
        "between": "is between",
        "empty": "is empty",
        "filled": "is not empty",
    },
    Kind.DAY: {
        "in": "is",
        "from": "is on or after",
        "until": "is on or before",
        "between": "is between",
        "empty": "is empty",
        "filled": "is not empty",
    },
    Kind.YESNO: {"yes": "is yes", "no": "is no"},
}
TESTS[Kind.INSTANT] = TESTS[Kind.DAY]
"""How a column of each kind is tested, in words."""

WITHOUT_VALUE = frozenset({"empty", "filled", "yes", "no"})
SEVERAL = frozenset({"any", "none"})

STEPS = {
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
    "weekday": "weekday",
    "hour": "hour",
}
"""By what times are grouped."""

MEASURES = {
    "count": "count",
    "distinct": "how many different",
    "sum": "sum",
    "average": "average",
    "least": "least",
    "most": "most",
}
CHARTS = {"": "No chart", "bars": "Bars", "line": "Line", "shares": "Shares", "heat": "Heat grid"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition of a column: `test`, and its values as the column has them (amounts in minor units)."""

    column: Column
    test: str
    values: tuple[Any, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the same value belong together; of a time, those of the same `step`."""

    column: Column
    step: str = ""

    @property
    def key(self) -> str:
        """Its name in the answer."""
        return f"{self.column.name}_{self.step}" if self.step else self.column.name

    @property
    def title(self) -> str:
        """Its head in the answer."""
        if not self.step:
            return self.column.title
        return f"{self.column.title}, {STEPS[self.step]}"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is told of the rows of a group: `how`, and of which column unless they are counted."""

    how: str
    column: Column | None = None

    @property
    def key(self) -> str:
        """Its name in the answer."""
        return f"{self.how}_{self.column.name}" if self.column else self.how

    @property
    def title(self) -> str:
        """Its head in the answer."""
        if self.column is None:
            return "Count"
        of = self.column.title
        return {
            "distinct": f"Different: {of.lower()}",
            "sum": f"Sum of {of.lower()}",
            "average": f"Average {of.lower()}",
            "least": f"Least {of.lower()}",
            "most": f"Most {of.lower()}",
        }[self.how]


Output = Column | Group | Measure


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a view. With groups or measures it tells of groups, otherwise of single rows."""

    view: View
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    sort: str
    is_descending: bool
    limit: int
    chart: str

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The columns of its answer, in order."""
        if self.groups or self.measures:
            return (*self.groups, *self.measures)
        return self.columns

    @property
    def is_personal(self) -> bool:
        """Whether anything in it tells of a person: what it shows, and what it asks by."""
        used = [
            *self.columns,
            *(one.column for one in self.filters),
            *(one.column for one in self.groups),
            *(one.column for one in self.measures if one.column),
        ]
        return any(column.is_personal for column in used)

    @property
    def needs(self) -> tuple[Permission, ...]:
        """What whoever sees its answer must be allowed."""
        if self.is_personal and self.view.needs is not Permission.CUSTOMER_VIEW:
            return (self.view.needs, Permission.CUSTOMER_VIEW)
        return (self.view.needs,)


def key_of(output: Output) -> str:
    """Return the name of a column of an answer."""
    return output.name if isinstance(output, Column) else output.key


def read(document: Any, *, currency: str) -> Question:
    """Return the question that `document` asks; amounts in it are decimals in `currency`.

    :raises Refused: naming the field of the document that cannot be used, and what would be right.
    """
    asked = _mapping(document, "question")
    for key in asked:
        if key not in KEYS:
            raise _refused(
                str(key)[:40], f"A question has no {key!s:.40}. It has {', '.join(KEYS)}."
            )
    view = BY_CODE.get(_word(asked.get("view"), "view"))
    if view is None:
        raise _refused("view", f"There is no such view. There are {', '.join(BY_CODE)}.")
    filters = [
        _filter(view, one, f"filters[{n}]", currency)
        for n, one in enumerate(_list(asked.get("filters"), "filters", MOST_FILTERS))
    ]
    groups = [
        _group(view, one, f"groups[{n}]")
        for n, one in enumerate(_list(asked.get("groups"), "groups", MOST_GROUPS))
    ]
    measures = [
        _measure(view, one, f"measures[{n}]")
        for n, one in enumerate(_list(asked.get("measures"), "measures", MOST_MEASURES))
    ]
    if groups and not measures:
        measures = [Measure("count")]
    columns = [
        _column(view, name, f"columns[{n}]")
        for n, name in enumerate(_list(asked.get("columns"), "columns", MOST_COLUMNS))
    ]
    if groups or measures:
        columns = []
    elif not columns:
        raise _refused("columns", "Choose at least one column, or something to count.")
    _once([*columns], "columns")
    _once([*groups], "groups")
    _once([*measures], "measures")
    sort, is_descending = _sort(asked.get("sort"), [*columns, *groups, *measures])
    return Question(
        view=view,
        columns=tuple(columns),
        filters=tuple(filters),
        groups=tuple(groups),
        measures=tuple(measures),
        sort=sort,
        is_descending=is_descending,
        limit=_limit(asked.get("limit")),
        chart=_chart(asked.get("chart"), len(groups)),
    )


def period(word: str, today: date) -> tuple[date, date]:
    """Return the first and the last day, both included, of a span of days as of `today`."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    year = today.replace(month=1, day=1)
    match word:
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "this_week":
            return monday, monday + timedelta(days=6)
        case "last_week":
            return monday - timedelta(days=7), monday - timedelta(days=1)
        case "this_month":
            return month, add_months(month, 1) - timedelta(days=1)
        case "last_month":
            return add_months(month, -1), month - timedelta(days=1)
        case "this_year":
            return year, add_months(year, 12) - timedelta(days=1)
        case "last_year":
            return add_months(year, -12), year - timedelta(days=1)
    return today - timedelta(days=int(word.split("_")[1]) - 1), today


def _refused(field: str, reason: str) -> Refused:
    return Refused("question", reason, field=field)


def _mapping(given: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _refused(field, "This is to be an object with names and values.")
    return given


def _list(given: Any, field: str, most: int) -> Sequence[Any]:
    if given is None:
        return []
    if not isinstance(given, list | tuple):
        raise _refused(field, "This is to be a list.")
    if len(given) > most:
        raise _refused(field, f"There may be {most} at most.")
    return given


def _word(given: Any, field: str) -> str:
    if not isinstance(given, str):
        raise _refused(field, "This is to be a text.")
    return given


def _known(asked: Mapping[str, Any], names: Sequence[str], field: str) -> None:
    for key in asked:
        if key not in names:
            raise _refused(field, f"There is no {key!s:.40} here, only {', '.join(names)}.")


def _column(view: View, given: Any, field: str) -> Column:
    column = view.column(_word(given, field))
    if column is None:
        told = f"{view.title} have no such column. They have {', '.join(view.names)}."
        raise _refused(field, told)
    return column


def _once(outputs: Sequence[Output], field: str) -> None:
    keys = [key_of(one) for one in outputs]
    if len(keys) != len({*keys}):
        raise _refused(field, "The same stands here twice.")


def _filter(view: View, given: Any, field: str, currency: str) -> Filter:
    asked = _mapping(given, field)
    _known(asked, ("column", "is", "value"), field)
    column = _column(view, asked.get("column"), f"{field}.column")
    tests = TESTS[column.kind]
    test = _word(asked.get("is"), f"{field}.is")
    if test not in tests:
        raise _refused(f"{field}.is", f"{column.title} is tested by {', '.join(tests)}.")
    value = asked.get("value")
    where = f"{field}.value"
    if test in WITHOUT_VALUE:
        if (
            value
        ):  # such as what stood there before the test was changed: it is kept with the question
            _texts(value, where, is_several=True)
        return Filter(column, test)
    if test == "in":
        word = _word(value, where)
        if word not in PERIODS:
            raise _refused(where, f"Give one of {', '.join(PERIODS)}.")
        return Filter(column, test, (word,), PERIODS[word])
    texts = _texts(value, where, is_several=test in SEVERAL or test == "between")
    if test == "between" and len(texts) != len(("first", "last")):
        raise _refused(where, "Give two values: the first and the last, both included.")
    values = tuple(_value(column, text, where, currency) for text in texts)
    if test == "between" and values[0] > values[1]:
        raise _refused(where, "The first must not be beyond the last.")
    said = " and ".join(texts) if test == "between" else " or ".join(texts)
    return Filter(column, test, values, said)


def _texts(given: Any, field: str, *, is_several: bool) -> list[str]:
    """Return the values given, as texts: several where the test takes several."""
    parts = given if isinstance(given, list | tuple) and is_several else [given]
    if not 1 <= len(parts) <= MOST_VALUES:
        raise _refused(field, f"Give 1 to {MOST_VALUES} values.")
    texts = []
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, str | int):
            raise _refused(field, "Give a text or a whole number.")
        text = str(part).strip() if isinstance(part, str) or abs(part) <= GREATEST else ""
        if not text:
            raise _refused(field, "Give a value.")
        if len(text) > LONGEST_VALUE or not text.isprintable() or not _is_writable(text):
            raise _refused(field, f"Give at most {LONGEST_VALUE} letters, in one line.")
        texts.append(text)
    return texts


def _is_writable(text: str) -> bool:
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)  # noqa: PLR2004  halves of a letter


def _value(column: Column, text: str, field: str, currency: str) -> Any:
    readers: dict[Kind, Callable[[str], Any]] = {
        Kind.COUNT: lambda given: _whole(given, field),
        Kind.MONEY: lambda given: _amount(given, field, currency),
        Kind.DAY: lambda given: _date(given, field),
        Kind.INSTANT: lambda given: _date(given, field),
        Kind.CHOICE: lambda given: _choice(column, given, field),
    }
    return readers.get(column.kind, str)(text)


def _whole(text: str, field: str) -> int:
    try:
        number = int(text.replace(",", "")) if text.isascii() and "_" not in text else None
    except ValueError:
        number = None
    if number is None or abs(number) > GREATEST:
        raise _refused(field, "Give a whole number such as 12.")
    return number


def _amount(text: str, field: str, currency: str) -> int:
    try:
        return Money.typed(text, currency).minor
    except ValueError as error:
        raise _refused(field, f"{error}.") from None


def _date(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise _refused(field, "Give a day such as 2026-09-30.")
    return day


def _choice(column: Column, text: str, field: str) -> str:
    if text not in column.choices:
        raise _refused(field, f"{column.title} is one of {', '.join(column.choices)}.")
    return text


def _group(view: View, given: Any, field: str) -> Group:
    asked = _mapping(given, field)
    _known(asked, ("column", "by"), field)
    column = _column(view, asked.get("column"), f"{field}.column")
    step = _word(asked.get("by") or "", f"{field}.by")
    if column.kind not in TIMES:
        if step:
            raise _refused(f"{field}.by", f"{column.title} is no time: leave this out.")
        return Group(column)
    step = step or "day"
    if step not in STEPS or (step == "hour" and column.kind is Kind.DAY):
        known = [one for one in STEPS if one != "hour" or column.kind is Kind.INSTANT]
        raise _refused(f"{field}.by", f"{column.title} is grouped by {', '.join(known)}.")
    return Group(column, step)


def _measure(view: View, given: Any, field: str) -> Measure:
    asked = _mapping(given, field)
    _known(asked, ("how", "column"), field)
    how = _word(asked.get("how"), f"{field}.how")
    if how not in MEASURES:
        raise _refused(f"{field}.how", f"Give one of {', '.join(MEASURES)}.")
    if how == "count":
        if asked.get("column"):
            raise _refused(
                f"{field}.column", "Rows are counted, whatever is in them: leave this out."
            )
        return Measure(how)
    column = _column(view, asked.get("column"), f"{field}.column")
    if not measurable(how, column):
        able = [one.name for one in view.columns if measurable(how, one)]
        told = (
            f"That goes for {', '.join(able)}." if able else f"No column of {view.title} has one."
        )
        raise _refused(f"{field}.column", told)
    return Measure(how, column)


def measurable(how: str, column: Column) -> bool:
    """Decide whether `how` says something of a column: sums of amounts, averages of numbers."""
    if how == "sum":
        return column.is_summed
    if how == "average":
        return column.kind in NUMBERS
    if how in ("least", "most"):
        return column.kind in NUMBERS | TIMES
    return how == "distinct"


def _sort(given: Any, outputs: Sequence[Output]) -> tuple[str, bool]:
    if given is None:
        return "", False
    asked = _mapping(given, "sort")
    _known(asked, ("by", "descending"), "sort")
    by = _word(asked.get("by") or "", "sort.by")
    keys = [key_of(one) for one in outputs]
    if by and by not in keys:
        raise _refused("sort.by", f"The answer is sorted by one of its columns: {', '.join(keys)}.")
    is_descending = asked.get("descending", False)
    if not isinstance(is_descending, bool):
        raise _refused("sort.descending", "Give true or false.")
    return by, is_descending


def _limit(given: Any) -> int:
    if given is None:
        return USUAL_ROWS
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_ROWS:
        raise _refused("limit", f"Give a whole number from 1 to {MOST_ROWS:,}.")
    return given


def _chart(given: Any, groups: int) -> str:
    chart = _word(given or "", "chart")
    if chart not in CHARTS:
        known = ", ".join(one for one in CHARTS if one)
        raise _refused("chart", f"There are {known}.")
    needed = 2 if chart == "heat" else 1
    if chart and groups != needed:
        told = "two groups: lines, and columns" if chart == "heat" else "one group"
        raise _refused("chart", f"{CHARTS[chart]}: needs {told}.")
    return chart
