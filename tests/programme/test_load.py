"""Loading a programme file: all faults with their lines, or the programme."""

import copy
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from parkops.programme import load, source

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "shared" / "contract" / "examples"
SMALL = """\
schema: 1
programme: {name: Small, timezone: America/Toronto, currency: CAD}
zones: [{code: A, name: Lot A, kind: lot}]
"""


def faults_of(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(load.Faulty) as caught:
        load.load(text, "file.yaml")
    return [(fault.line, fault.path) for fault in caught.value.faults]


def outcome(text: str) -> load.Loaded | list[load.Fault]:
    try:
        return load.load(text)
    except load.Faulty as faulty:
        return faulty.faults


class TestExamples:
    @pytest.mark.parametrize("name", ["campus.yaml", "town.yaml"])
    def test_of_the_contract_have_no_fault(self, name):
        if not EXAMPLES.exists():
            pytest.skip("the contract's examples are not beside this checkout")
        assert load.check(EXAMPLES / name) == []

    @pytest.mark.parametrize("name", ["campus.yaml", "town.yaml"])
    def test_of_the_contract_are_taken_back_as_written(self, name):
        if not EXAMPLES.exists():
            pytest.skip("the contract's examples are not beside this checkout")
        first = load.read(EXAMPLES / name)
        again = load.load(load.to_yaml(first.document))
        assert again.document == first.document
        assert again.programme == first.programme
        assert again.digest == first.digest


class TestFaults:
    def test_are_all_found_each_on_its_line(self):
        lines = (HERE / "faulty.yaml").read_text().splitlines()
        planted = {
            (number, path)
            for number, line in enumerate(lines[1:], 2)
            if "#!" in line
            for path in line.split("#!")[1].split()
        }
        found = {(fault.line, fault.path) for fault in load.check(HERE / "faulty.yaml")}
        assert found - planted == set()
        assert planted - found == set()
        assert len(planted) > 100

    def test_say_what_is_wrong_and_what_would_be_right(self):
        for fault in load.check(HERE / "faulty.yaml"):
            line = fault.render("faulty.yaml")
            assert re.match(r"faulty\.yaml:\d+: [\w.\-() ]+: .{10,}$", line), line
            assert "  " not in line
            assert not re.search(r"Value error|Input should|pydantic|\{\}'", line), line

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (("name: Small", "naem: Small"), "unknown key naem; did you mean name?"),
            (("kind: lot", "kind: lots"), "did you mean lot?"),
            (("currency: CAD", "currency: XYZ"), "ISO 4217"),
            (("kind: lot", "kind: lot, within: B"), "there is no zone B"),
            (("America/Toronto", "Toronto"), "write one such as America/Toronto"),
        ],
    )
    def test_suggest(self, change, message):
        with pytest.raises(load.Faulty, match=re.escape(message)):
            load.load(SMALL.replace(*change))

    def test_of_references_show_beside_faults_of_form(self):
        text = SMALL.replace("kind: lot", "kind: lots, within: Q")
        assert faults_of(text) == [(3, "zones.0.kind"), (3, "zones.0.within")]

    def test_leave_nothing_behind(self):
        with pytest.raises(load.Faulty):
            load.load("schema: 3")
        assert load.load(SMALL).programme.name == "Small"


class TestForm:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", 1),
            ("# nothing\n", 1),
            ("null", 1),
            ("- a\n- b\n", 1),
            ("just words", 1),
            ("a: 1\nb: [1,\nc: 2\n", 2),
            ("a: 1\nb: [1\nc: 2\n", 3),
            ("a: 1\n\tb: 2\n", 2),
            ("a: b: c\n", 1),
            ("a: 1\n b: 2\n", 2),
            ("a: 1\n---\nb: 2\n", 2),
            ("a: 1\nb: *nowhere\n", 2),
            ('a: 1\nb: "open\nc: 1\n', 2),
            ("a: 1\nb: \x00\n", 2),
            (b"a: 1\nb: \xff\n", 2),
            ("a: 1".encode("utf-16"), 1),
            ("a: " + "[" * 300 + "]" * 300, 1),
            ("[" * 5_000, 1),
        ],
    )
    def test_that_is_not_yaml_is_one_fault_on_its_line(self, text, line):
        assert faults_of(text) == [(line, "(file)")]

    def test_that_explodes_is_refused(self):
        bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
        )
        assert faults_of(bomb) == [(1, "(file)")]
        assert faults_of("a: &a [*a]\n") == [(1, "(file)")]
        assert faults_of(SMALL + "#" * source.LARGEST_BYTES) == [(1, "(file)")]

    @pytest.mark.parametrize(
        "odd",
        ["!!python/object/apply:os.system [ls]", "!!set {a}", "!!binary aGk=", "!x y", "!!int x"],
    )
    def test_with_tags_is_refused_and_nothing_runs(self, odd):
        assert (4, "year_start") in faults_of(SMALL + f"year_start: {odd}\n")

    @pytest.mark.parametrize("escape", ["\\0", "\\ud800", "\\x07", "\\r", "\\x1b[31m"])
    def test_with_an_escaped_control_character_is_refused(self, escape):
        assert faults_of(SMALL.replace("Lot A", f'"Lot {escape}"')) == [(3, "zones.0.name")]
        assert faults_of(f'{SMALL}"key{escape}": 1\n') == [(4, "(file)")]

    def test_shows_each_fault_on_one_line_whatever_the_key(self):
        with pytest.raises(load.Faulty) as caught:
            load.load(SMALL + f'"two\\nlines {"x" * 200}": 1\n')
        (line,) = str(caught.value).splitlines()
        assert line.startswith("programme.yaml:4: two lines xxx")

    def test_with_a_key_twice_is_refused(self):
        assert faults_of(SMALL + "events: [a]\nevents: [b]\n") == [(5, "events")]

    def test_with_a_merged_mapping_is_refused(self):
        text = SMALL.replace("kind: lot", "kind: lot, <<: {grace: 5m}")
        assert faults_of(text) == [(3, "zones.0.<<")]

    def test_with_an_anchor_is_read(self):
        text = SMALL.replace("kind: lot", "kind: lot, enforced: &day Mon-Fri 07:00-17:30")
        text = text.replace("}]\n", "}, {code: B, name: B, kind: lot, enforced: *day}]\n")
        one, other = load.load(text).programme.zones
        assert one.enforced == other.enforced

    @pytest.mark.parametrize("code", ["NO", "ON", "y", "1e3", "012", "12", "0x1F", "ÉTÉ", "1_0"])
    def test_does_not_take_a_code_for_something_else(self, code):
        assert load.load(SMALL.replace("code: A", f"code: {code}")).programme.zones[0].code == code

    def test_takes_dates_with_and_without_quotes(self):
        plain = load.load(SMALL + "calendars: {holidays: [2026-12-25]}\n")
        quoted = load.load(SMALL + 'calendars: {holidays: ["2026-12-25"]}\n')
        assert plain.document == quoted.document
        assert plain.digest == quoted.digest

    def test_takes_a_byte_order_mark_and_windows_lines(self):
        raw = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
        assert load.load(raw).document == load.load(SMALL).document
        assert faults_of(raw + b"events: x\r\n") == [(4, "events")]

    def test_takes_an_empty_key_for_one_left_out(self):
        assert load.load(SMALL + "permit_types:\nfees:\n").programme.permit_types == ()


class TestDigest:
    def test_is_of_the_content_and_not_of_the_layout(self):
        loose = "# a comment\n" + SMALL.replace(
            "{code: A, name: Lot A,", '{name: "Lot A", code: A,'
        )
        assert load.load(loose).digest == load.load(SMALL).digest

    def test_differs_with_the_content(self):
        assert load.load(SMALL.replace("Lot A", "Lot B")).digest != load.load(SMALL).digest


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Every path of a document."""
    pairs: Any = ()
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(place for key, part in pairs for place in places(part, (*path, key)))]


SAMPLE = load.read(HERE / "sample.yaml").document
ODD = [None, True, 0, -1, 1.5, 10**12, "", "x", "NO", "50%", "45.00", "3d", "always", "2026-09-01"]
ODD += [[], {}, [[]], [None], {"a": 1}, {"kind": "days"}, ["A", "A"], [{}], {"hours": [1]}]
ODD += [{"type": "Point", "coordinates": [0]}, {"type": ["x"]}, {"from": 1}, "24:00-24:00"]


class TestDamage:
    @settings(max_examples=25)
    @given(place=st.sampled_from(places(SAMPLE)[1:]), odd=st.sampled_from(ODD))
    def test_anywhere_gives_faults_or_a_programme_and_nothing_else(self, place, odd):
        document = copy.deepcopy(SAMPLE)
        part = document
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = odd
        result = outcome(yaml.safe_dump(document))
        if isinstance(result, load.Loaded):
            assert load.load(load.to_yaml(result.document)).digest == result.digest
        else:
            assert all(fault.line > 0 and fault.message for fault in result)
            assert len({fault.render("f").splitlines()[0] for fault in result}) == len(result) > 0


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    str.strip
) | st.sampled_from(
    ["yes", "null", "~", "12:30", "2026-01-01", "1.50", "- a", "a: b", "#", "é: 'x'"]
)


class TestToYaml:
    @settings(max_examples=60, deadline=None)
    @given(
        name=texts,
        zone=texts,
        dates=st.lists(st.dates(date(1900, 1, 1), date(2999, 1, 1)).map(str), max_size=4),
    )
    def test_is_taken_back_unchanged_whatever_the_texts(self, name, zone, dates):
        document = load.load(SMALL).document | {"calendars": {"holidays": dates}}
        document["programme"] = document["programme"] | {"name": name}
        document["zones"] = [{"code": "A", "name": zone, "kind": "lot"}]
        again = load.load(load.to_yaml(document))
        assert again.document == document
        assert again.digest == load.digest(document)

    def test_puts_keys_in_the_order_of_the_schema(self):
        loaded = load.load(SMALL + "tax: {rate: 5%}\nevents: [x]\n")
        shuffled = dict(sorted(loaded.document.items(), reverse=True))
        assert load.to_yaml(shuffled) == load.to_yaml(loaded.document)
        assert load.to_yaml(shuffled).startswith("schema: 1\nprogramme:")

    def test_writes_dates_plain_and_money_quoted(self):
        text = load.to_yaml(
            load.load(SMALL + 'calendars: {h: ["2026-12-25"]}\nfees: {boot: "100.00"}\n').document
        )
        assert "[2026-12-25]" in text
        assert "'100.00'" in text


class TestLoadDocument:
    def test_finds_the_same_faults_without_lines(self):
        document = load.load(SMALL).document | {
            "zones": [{"code": "A", "name": "A", "kind": "lott"}]
        }
        with pytest.raises(load.Faulty) as caught:
            load.load_document(document)
        assert [(fault.line, fault.path) for fault in caught.value.faults] == [(0, "zones.0.kind")]

    def test_gives_a_text_that_says_the_same(self):
        loaded = load.load_document(load.load(SMALL).document)
        assert load.load(loaded.source).digest == loaded.digest


class TestCheck:
    @pytest.mark.parametrize("name", [".", "there/is/none.yaml"])
    def test_of_what_cannot_be_read_is_a_fault(self, tmp_path, name):
        (fault,) = load.check(tmp_path / name)
        assert (fault.line, fault.path) == (1, "(file)")
