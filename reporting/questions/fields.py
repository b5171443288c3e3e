"""The builder's form: what was chosen in it becomes a document, and a document fills it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from parkops.kernel.permissions import Permission
from parkops.ui.fields import DayField
from reporting.questions.published import BY_CODE, TIMES, VIEWS, Column, Kind, View
from reporting.questions.rules import (
    CHARTS,
    MEASURES,
    MOST_FILTERS,
    MOST_GROUPS,
    MOST_MEASURES,
    PERIODS,
    SEVERAL,
    STEPS,
    TESTS,
    USUAL_ROWS,
    WITHOUT_VALUE,
    Question,
    key_of,
    measurable,
)

LIMITS = (20, 100, 1_000, 10_000)
NOTHING = ("", "—")


Given = MultiValueDict[str, Any]
"""What a form sent: the last value of a name, and all of them."""


def document_of(given: Given) -> dict[str, Any]:
    """Return the document that was put together; a condition without a value does not count yet."""
    view = BY_CODE.get(given.get("view") or "", VIEWS[0])
    groups = _groups(given, view)
    measures = _measures(given, view)
    document: dict[str, Any] = {"view": view.code}
    if filters := _filters(given, view):
        document["filters"] = filters
    if groups:
        document["groups"] = groups
    if groups or measures:
        document["measures"] = measures or [{"how": "count"}]
    else:
        chosen = [name for name in given.getlist("columns") if view.column(name)]
        document["columns"] = chosen or view.begun_with
    sort = given.get("sort") or ""
    if sort.removeprefix("-") in _keys(document):
        document["sort"] = {"by": sort.removeprefix("-"), "descending": sort.startswith("-")}
    limit = given.get("limit") or ""
    document["limit"] = int(limit) if limit.isdecimal() and len(limit) < 7 else USUAL_ROWS  # noqa: PLR2004
    if chart := given.get("chart"):
        document["chart"] = chart
    return document


def _keys(document: Mapping[str, Any]) -> set[str]:
    """Return the names of the columns of its answer."""
    named = {*document.get("columns", ())}
    for one in document.get("groups", ()):
        named.add("_".join(part for part in (one["column"], one.get("by")) if part))
    for one in document.get("measures", ()):
        named.add("_".join(part for part in (one["how"], one.get("column")) if part))
    return named


def given_of(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the form would have sent for a document that `rules.read` takes, or once took."""
    given: dict[str, list[str]] = {
        "view": [document["view"]],
        "columns": [*(document.get("columns") or ())],
    }
    for n, one in enumerate(document.get("filters") or ()):
        given[f"f{n}"], given[f"f{n}is"] = [one["column"]], [one["is"]]
        value = one.get("value")
        values = [str(v) for v in (value if isinstance(value, list | tuple) else [value])]
        if value is None:
            continue
        if one["is"] == "between":
            given[f"f{n}v"], given[f"f{n}to"] = values[:1], values[1:]
        else:
            view = BY_CODE.get(document["view"])
            column = view.column(one["column"]) if view else None
            is_text = column is not None and column.kind is Kind.TEXT
            given[f"f{n}v"] = [", ".join(values)] if is_text else values
    for n, one in enumerate(document.get("groups") or ()):
        given[f"g{n}"], given[f"g{n}by"] = [one["column"]], [one.get("by") or ""]
    for n, one in enumerate(document.get("measures") or ()):
        given[f"m{n}"], given[f"m{n}of"] = [one["how"]], [one.get("column") or ""]
    sort = document.get("sort") or {}
    if sort.get("by"):
        given["sort"] = [f"{'-' if sort.get('descending') else ''}{sort['by']}"]
    given["limit"] = [str(document.get("limit") or USUAL_ROWS)]
    given["chart"] = [document.get("chart") or ""]
    return given


def field_of(path: str) -> str:
    """Return the field of the form at which a fault of the document is said."""
    found = re.fullmatch(r"(filters|groups|measures|columns)\[(\d+)\](?:\.(\w+))?", path)
    if found is None:
        return {"sort.by": "sort", "sort.descending": "sort"}.get(path, path)
    part, place, name = found.groups()
    if part == "columns":
        return part
    ends = {"value": "v", "is": "is", "by": "by", "how": ""}
    if part == "measures" and name == "column":
        return f"m{place}of"
    return f"{part[0]}{place}{ends.get(name or '', '')}"


class Ticks(forms.CheckboxSelectMultiple):
    """Many small boxes beside each other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(attrs={"class": "check"}, **kwargs)


class QuestionForm(forms.Form):
    """The builder as a form: one more line of each kind than is filled."""

    def __init__(
        self, given: Given, *, may: Callable[[Permission], bool], question: Question | None = None
    ) -> None:
        super().__init__(given)
        view = BY_CODE.get(given.get("view") or "", VIEWS[0])
        self.view = view
        may_persons = may(Permission.CUSTOMER_VIEW)
        self.seen = [one for one in view.columns if may_persons or not one.is_personal]
        self.fields["view"] = forms.ChoiceField(
            label="About", choices=[(one.code, one.title) for one in VIEWS if may(one.needs)]
        )
        self.fields["columns"] = forms.MultipleChoiceField(
            label="Columns",
            required=False,
            widget=Ticks,
            choices=[(one.name, one.title) for one in self.seen],
        )
        self.filter_lines = _lines(given, "f", MOST_FILTERS)
        for n in self.filter_lines:
            self._filter(n, given, view)
        self.group_lines = _lines(given, "g", MOST_GROUPS)
        for n in self.group_lines:
            self._group(n, given, view)
        self.measure_lines = _lines(given, "m", MOST_MEASURES)
        for n in self.measure_lines:
            self._measure(n, given)
        outputs = question.outputs if question else ()
        self.fields["sort"] = _choice(
            "Sort by",
            [
                choice
                for one in outputs
                for choice in (
                    (key_of(one), f"{one.title}, ascending"),
                    (f"-{key_of(one)}", f"{one.title}, descending"),
                )
            ],
        )
        self.fields["limit"] = _choice("Rows at most", [(str(n), f"{n:,}") for n in LIMITS], "")
        self.fields["chart"] = _choice("Chart", [*CHARTS.items()], "")

    def full_clean(self) -> None:
        """Find no fault: what was chosen is judged by `rules.read`, as a whole."""
        self._errors = ErrorDict()
        self.cleaned_data = {}

    @property
    def is_grouped(self) -> bool:
        """Whether rows are counted, not listed."""
        return any(self.data.get(name) for name in ("g0", "g1", "m0", "m1", "m2", "m3"))

    def lines(self) -> dict[str, list[list[forms.BoundField]]]:
        """Return the fields of the conditions, groups and measures, a list a line."""
        kinds = {"filters": ("f", self.filter_lines), "groups": ("g", self.group_lines)}
        kinds["measures"] = ("m", self.measure_lines)
        return {
            name: [
                [
                    self[f"{letter}{n}{end}"]
                    for end in ("", "is", "v", "to", "by", "of")
                    if f"{letter}{n}{end}" in self.fields
                ]
                for n in numbers
            ]
            for name, (letter, numbers) in kinds.items()
        }

    def _filter(self, n: int, given: Given, view: View) -> None:
        label = "Only where" if n == 0 else "and where"
        self.fields[f"f{n}"] = _choice(label, [(one.name, one.title) for one in self.seen])
        column = view.column(given.get(f"f{n}") or "")
        if column is None:
            return
        tests = TESTS[column.kind]
        test = given.get(f"f{n}is") or ""
        test = test if test in tests else next(iter(tests))
        self.fields[f"f{n}is"] = _choice(f"{column.title}:", [*tests.items()], "")
        if test in WITHOUT_VALUE:
            return
        self.fields[f"f{n}v"] = _value(column, test)
        if test == "between":
            self.fields[f"f{n}to"] = _value(column, test, "and")

    def _group(self, n: int, given: Given, view: View) -> None:
        label = "Group by" if n == 0 else "and by"
        self.fields[f"g{n}"] = _choice(label, [(one.name, one.title) for one in self.seen])
        column = view.column(given.get(f"g{n}") or "")
        if column and column.kind in TIMES:
            steps = [
                (step, f"by {said}")
                for step, said in STEPS.items()
                if step != "hour" or column.kind is Kind.INSTANT
            ]
            self.fields[f"g{n}by"] = _choice(f"{column.title}:", steps, "")

    def _measure(self, n: int, given: Given) -> None:
        label = "Tell the" if n == 0 else "and the"
        self.fields[f"m{n}"] = _choice(label, [*MEASURES.items()])
        how = given.get(f"m{n}") or ""
        able = [(one.name, one.title) for one in self.seen if measurable(how, one)]
        if able:
            self.fields[f"m{n}of"] = _choice("of", able)


def _lines(given: Given, letter: str, most: int) -> list[int]:
    """Return the numbers of the lines that are filled, and one more."""
    filled = [n for n in range(most) if given.get(f"{letter}{n}")]
    more = [n for n in range(most) if n not in filled][:1]
    return [*filled, *more]


def _filters(given: Given, view: View) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for n in range(MOST_FILTERS):
        column = view.column(given.get(f"f{n}") or "")
        if column is None:
            continue
        tests = TESTS[column.kind]
        test = given.get(f"f{n}is") or ""
        test = test if test in tests else next(iter(tests))
        if test in WITHOUT_VALUE:
            found.append({"column": column.name, "is": test})
            continue
        values = [value.strip() for value in given.getlist(f"f{n}v") if value.strip()]
        if column.kind is Kind.TEXT and test in SEVERAL:
            values = [part.strip() for value in values for part in value.split(",") if part.strip()]
        if test == "between":
            values = [*values[:1], *(v.strip() for v in given.getlist(f"f{n}to")[:1] if v.strip())]
        if not values or (test == "between" and len(values) < len(("first", "last"))):
            continue
        if column.kind in TIMES and (test == "in") != (values[0] in PERIODS):
            continue  # the value is still that of the test chosen before
        is_several = test in SEVERAL or test == "between"
        value = values if is_several else values[0]
        found.append({"column": column.name, "is": test, "value": value})
    return found


def _groups(given: Given, view: View) -> list[dict[str, Any]]:
    found = []
    for n in range(MOST_GROUPS):
        column = view.column(given.get(f"g{n}") or "")
        if column is None:
            continue
        by = given.get(f"g{n}by") or ""
        if column.kind in TIMES:
            found.append({"column": column.name, "by": by or "day"})
        else:
            found.append({"column": column.name})
    return found


def _measures(given: Given, view: View) -> list[dict[str, Any]]:
    found = []
    for n in range(MOST_MEASURES):
        how, of = given.get(f"m{n}") or "", given.get(f"m{n}of") or ""
        column = view.column(of)
        if how == "count":
            found.append({"how": how})
        elif how in MEASURES and column is not None and measurable(how, column):
            found.append({"how": how, "column": of})
    return found


def _value(column: Column, test: str, label: str = "Value") -> forms.Field:
    if test == "in":
        choices = [(word, said[0].upper() + said[1:]) for word, said in PERIODS.items()]
        return _choice("When", choices)
    if column.kind in TIMES:
        return DayField(label=label if test == "between" else "Day", required=False)
    if column.kind is Kind.CHOICE:
        return forms.MultipleChoiceField(
            label="Values",
            required=False,
            widget=Ticks,
            choices=[(one, one.replace("_", " ").capitalize()) for one in column.choices],
        )
    hint = "Several with commas between" if test in SEVERAL else ""
    return forms.CharField(label=label, required=False, max_length=1000, help_text=hint)


def _choice(
    label: str, choices: list[tuple[str, str]], nothing: str = "Nothing"
) -> forms.ChoiceField:
    first = [NOTHING] if nothing else []
    return forms.ChoiceField(label=label, required=False, choices=[*first, *choices])
