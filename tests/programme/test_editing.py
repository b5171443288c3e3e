"""Editors: what they show and read, and that opening one and saving it changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from parkops.programme import load, parts
from parkops.programme.editing import shape
from parkops.programme.editing.editors import EDITORS
from parkops.programme.editing.shape import ABSENT
from parkops.programme.editing.sheet import in_form_words, sheet_for
from parkops.programme.fields import Part
from parkops.programme.outline import keys_of, parts_of
from parkops.programme.price_schema import Condition
from parkops.programme.schema import Programme

HERE = Path(__file__).parent
CONTRACT = HERE.parents[2] / "shared" / "contract" / "examples"
FILES = {
    "sample": HERE / "sample.yaml",
    "harbor": HERE.parent / "programmes" / "harbor.yaml",
    "campus": CONTRACT / "campus.yaml",
    "town": CONTRACT / "town.yaml",
}
DOCUMENTS = {name: load.read(path).document for name, path in FILES.items() if path.exists()}


def everything(document: dict[str, Any]):
    """Every part of a document that an editor opens: (part, code, value)."""
    for part in EDITORS:
        for code in [None] if part in parts.VALUES else parts.codes_of(document, part):
            held = parts.find(document, part, code)
            yield part, code, ABSENT if held is None else held


@pytest.mark.parametrize("name", DOCUMENTS)
def test_opening_and_saving_changes_nothing(name):
    document = DOCUMENTS[name]
    for part, code, held in everything(document):
        flat = shape.show(EDITORS[part], held)
        assert shape.read(EDITORS[part], flat, held) is held, (part, code)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_the_fields_say_alone_means_the_same(name):
    document = DOCUMENTS[name]
    written = document
    for part, code, held in everything(document):
        value = shape.read(EDITORS[part], shape.show(EDITORS[part], held), ABSENT)
        if part == "zones" and "geometry" in held:
            value["geometry"] = held["geometry"]  # drawn, not filled in
        written = parts.put(written, part, code, None if value is ABSENT else value)
    before, after = Programme.of(document), load.load_document(written).programme
    for field in type(before).model_fields:
        if field == "calendar_days":
            assert after.calendar_days == before.calendar_days
        else:
            assert _plain(getattr(after, field)) == _plain(getattr(before, field)), field


def _plain(value: Any) -> Any:
    """A value with its lists of codes as sets: their order says nothing."""
    if isinstance(value, Part):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        found = [_plain(item) for item in value]
        return (
            frozenset(found) if all(isinstance(item, str | Condition) for item in found) else found
        )
    return value


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_change_of_every_text_is_read_and_the_rest_stays(name):
    document = DOCUMENTS[name]
    for part, _, held in everything(document):
        if part in parts.LISTS:
            flat = shape.show(EDITORS[part], held) | {"v-name": ["Another name"]}
            read = shape.read(EDITORS[part], flat, held)
            assert read == held | {"name": "Another name"}


def test_every_key_of_the_schema_has_a_field():
    for part in parts.LISTS:
        kind = parts_of(Programme.model_fields[part].annotation.__args__[0])[0]
        assert set(keys_of(kind)) - {"geometry"} <= _keys(EDITORS[part])


def _keys(node) -> set[str]:
    found = set()
    for child in node.fields:
        found |= {child.key} if child.key else _keys(child)
    return found


class TestRows:
    RATES = EDITORS["sessions"]

    def rates(self, *hours: str) -> dict[str, Any]:
        return {"rates": [{"zones": ["A"], "when": "always", "per_hour": h} for h in hours]}

    def test_one_is_added_with_its_own_fields(self):
        held = self.rates("1.00")
        flat = shape.add_row(shape.show(self.RATES, held), "v-rates")
        flat |= {"v-rates-1-zones": ["B"], "v-rates-1-per_hour": ["2.00"]}
        flat |= {"v-rates-1-when-mode": ["always"]}
        assert shape.read(self.RATES, flat, held)["rates"] == [
            *held["rates"],
            {"zones": ["B"], "per_hour": "2.00"},
        ]

    def test_one_is_taken_out_and_the_others_keep_what_no_field_shows(self):
        held = self.rates("1.00", "2.00", "3.00")
        held["rates"][2]["unknown"] = "kept"
        flat = shape.remove_row(shape.show(self.RATES, held), "v-rates-1")
        read = shape.read(self.RATES, flat, held)
        assert [rate["per_hour"] for rate in read["rates"]] == ["1.00", "3.00"]
        assert read["rates"][1]["unknown"] == "kept"

    def test_one_is_moved_up(self):
        held = self.rates("1.00", "2.00")
        flat = shape.lift_row(shape.show(self.RATES, held), "v-rates-1")
        read = shape.read(self.RATES, flat, held)
        assert [rate["per_hour"] for rate in read["rates"]] == ["2.00", "1.00"]

    @pytest.mark.parametrize("name", ["v-rates-9", "v-rates-x", "v-none-0", "v-rates--1"])
    def test_a_row_that_is_not_there_changes_nothing(self, name):
        flat = shape.show(self.RATES, self.rates("1.00"))
        assert shape.remove_row(flat, name) == flat
        assert shape.lift_row(flat, name) == flat

    def test_more_rows_than_anyone_writes_are_none(self):
        assert shape.count({"v-rates-rows": ["99999999"]}, "v-rates") == 0
        assert shape.count({"v-rates-rows": ["9999"]}, "v-rates") == 500


class TestNotations:
    @pytest.mark.parametrize(
        ("typed", "read"),
        [
            ({"v-enforced-mode": ["never"]}, None),
            ({"v-enforced-mode": ["always"]}, "always"),
            (
                {"v-enforced-mode": ["windows"], "v-enforced-windows-rows": ["1"]}
                | {"v-enforced-windows-0-days": ["Mon-Fri"]}
                | {"v-enforced-windows-0-hours": ["07:00-17:30"]},
                "Mon-Fri 07:00-17:30",
            ),
            (
                {"v-enforced-mode": ["windows"], "v-enforced-windows-rows": ["1"]}
                | {"v-enforced-windows-0-season": ["12-01..04-01"]}
                | {"v-enforced-windows-0-except": ["holidays"]},
                {"season": "12-01..04-01", "except": ["holidays"]},
            ),
        ],
    )
    def test_windows(self, typed, read):
        value = shape.read(EDITORS["zones"], typed, ABSENT)
        assert value.get("enforced") == read

    @pytest.mark.parametrize(
        ("kind", "fields", "term"),
        [
            (
                "fixed",
                {"from": "2026-09-01", "to": "2027-09-01"},
                {"from": "2026-09-01", "to": "2027-09-01"},
            ),
            ("rolling", {"months": "3", "from": "2026-09-01"}, {"months": 3}),
            ("hours", {"min": "2", "max": "12", "months": "1"}, {"min": 2, "max": 12}),
        ],
    )
    def test_a_term_says_only_what_belongs_to_its_kind(self, kind, fields, term):
        flat = {"v-term-kind": [kind]} | {f"v-term-{k}": [v] for k, v in fields.items()}
        assert shape.read(EDITORS["permit_types"], flat, ABSENT)["term"] == {"kind": kind, **term}

    def test_a_switch_that_is_off_leaves_out_what_stands_under_it(self):
        held = {"code": "V", "name": "V", "fine": "1.00", "appeal": {"within": "14d"}}
        flat = shape.show(EDITORS["violations"], held)
        assert "appeal" not in shape.read(EDITORS["violations"], flat | {"v-appeal-on": []}, held)
        empty = {"code": "V", "name": "V", "fine": "1.00", "appeal": {}}
        assert shape.read(EDITORS["violations"], shape.show(EDITORS["violations"], empty)) == empty


class TestFaults:
    def sheet(self, part: str, value: dict[str, Any]):
        document = DOCUMENTS["harbor"]
        sheet = sheet_for(document, part, None, shape.show(EDITORS[part], value))
        sheet.say(parts.faults_of(document, part, None, value))
        return sheet.form.errors

    @pytest.mark.parametrize(
        ("part", "value", "name", "words"),
        [
            (
                "zones",
                {"code": "X", "name": "X"},
                "v-kind",
                "Kind is missing. Write it, such as lot.",
            ),
            (
                "zones",
                {"code": "X", "name": "X", "kind": "lot", "enforced": "Mon 9-5"},
                "v-enforced-mode",
                "not hours such as",
            ),
            (
                "zones",
                {"code": "X", "name": "X", "kind": "lot", "enforced": ["always", {"days": "Foo"}]},
                "v-enforced-windows-1-days",
                "'Foo' is not a day",
            ),
            (
                "violations",
                {"code": "V", "name": "V", "fine": "1.00", "schedule": [{"add": "x"}]},
                "v-schedule-0-add",
                "'x' is not",
            ),
            (
                "violations",
                {"code": "V", "name": "V", "fine": "1.00", "schedule": [{"after": "9d"}]},
                "v-schedule-0-within",
                "The step changes nothing",
            ),
            (
                "violations",
                {"code": "V", "name": "V", "fine": "1", "nth": {"within": "xd", "steps": []}},
                "v-nth-counts",
                "is not a span",
            ),
            (
                "permit_types",
                {"code": "P", "name": "P", "grants": [{"zones": []}]},
                "v-grants-0-zones",
                "Nothing is chosen; choose at least one.",
            ),
            (
                "permit_types",
                {"code": "P", "name": "P", "term": {"kind": "days", "days": "x"}},
                "v-term-days",
                "not a whole number; write it such as 2.",
            ),
        ],
    )
    def test_each_stands_at_its_field_in_words_for_a_form(self, part, value, name, words):
        errors = self.sheet(part, value)
        assert name in errors, errors
        assert any(words in error for error in errors[name]), errors[name]

    def test_words(self):
        assert in_form_words('fine is missing; write fine: "45.00"', "Fine") == (
            "Fine is missing. Write it, such as 45.00."
        )
        assert in_form_words("grants is missing; write grants: [{zones: [A]}]", "") == (
            "This is missing."
        )
