"""A mapping says what columns mean, or lists every fault with its line."""

import pytest

from enforcement.imports import mapping as mappings
from tests.enforcement.imports.conftest import MAPPINGS, PLAIN


def faults(text: str) -> list[str]:
    with pytest.raises(mappings.FaultyMapping) as caught:
        mappings.load(text.encode(), "m.yaml")
    return [fault.render("m.yaml") for fault in caught.value.faults]


@pytest.mark.parametrize("file", sorted(MAPPINGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_cities_mappings_are_sound(file):
    assert mappings.read(file).name == file.stem


def test_a_column_alone_is_short_for_a_pick():
    fields = mappings.load(PLAIN.encode()).fields
    assert fields.place.sources == ("where",)
    assert fields.fine.decimal == "."


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key():
    text = PLAIN.replace("  plate: plate", "  plaet: plate")
    assert faults(text) == ["m.yaml:7: fields.plaet: plaet is no key here; did you mean plate?"]


def test_everything_that_is_missing_is_told_at_once():
    assert faults("name: x\nfields: {plate: p}\n") == [
        "m.yaml:2: fields.fine: fine is missing",
        "m.yaml:2: fields.issued: issued is missing",
        "m.yaml:2: fields.violation: violation is missing",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("timezone: Mars/Base", "Mars/Base is no time zone"),
        ("currency: DOLLARS", "DOLLARS is no currency"),
        ("file: {fallback: klingon}", "klingon is no encoding"),
        ("file: {delimiter: ';;'}", "at most 1 character"),
        ("number_prefix: 'B-'", "number_prefix needs fields.id"),
        ("number_prefix: 'b/'", "does not have the form"),
    ],
)
def test_what_cannot_be_is_told(line, told):
    assert told in faults(f"{line}\n{PLAIN}")[0]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("issued: {date: d, time: {column: t}}", "not"),
        ("issued: {time: {column: t}}", "write column, or date"),
        ("violation: {column: a, value: b}", "write one of column, columns and value"),
        ("violation: {}", "write one of column, columns and value"),
        ("fine: {column: f, decimal: '%'}", "'%' is not"),
    ],
)
def test_a_field_that_says_nothing_or_two_things_is_told(field, told):
    key = field.split(":")[0]
    rest = [line for line in PLAIN.splitlines() if not line.strip().startswith(f"{key}:")]
    assert any(told in fault for fault in faults("\n".join([*rest, f"  {field}"])))


@pytest.mark.parametrize(
    "text",
    ["", "just words", "- a\n- b", "name: [", "a: &x [1]\nb: *y", "name: x\nname: y", "\x00"],
)
def test_what_is_no_mapping_is_a_fault_and_no_crash(text):
    assert faults(text)
