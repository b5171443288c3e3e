"""What one line says: values, or every reason why it cannot be imported. No database."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.imports import mapping as mappings
from enforcement.imports import reading
from enforcement.imports.reading import LineReader, Unreadable

NEW_YORK = ZoneInfo("America/New_York")
YEARS = (datetime(1950, 1, 1), datetime(2025, 12, 31))  # noqa: DTZ001  wall clocks
TODAY = datetime(2026, 11, 10, tzinfo=UTC)
FULL = """
name: full
fields:
  id: {column: id, whole: true}
  issued:
    date: {column: day, format: ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]}
    time: {column: clock, format: [number, "%I:%M:%S %p"]}
  violation: code
  violation_name: name
  fine: {column: fine, default: "10"}
  plate: plate
  region: {column: state, values: {Mass: MA}}
  vehicle: {columns: [make, color], join: ", "}
  place: place
  position: {lat: lat, lon: lon}
  agency: {value: Town police}
  note: note
"""
HEADS = [
    "id",
    "day",
    "clock",
    "code",
    "name",
    "fine",
    "plate",
    "state",
    "make",
    "color",
    "place",
    "lat",
    "lon",
    "note",
]
SOUND = {
    "id": "17.0",
    "day": "02/25/2015 12:00:00 AM",
    "clock": "805.0",
    "code": "92",
    "name": "METER",
    "fine": "$1,025.50",
    "plate": "ab-c 12",
    "state": "Mass",
    "make": "FORD",
    "color": "BLUE",
    "place": "  77  N\n WASHINGTON ",
    "lat": "42.36",
    "lon": "-71.06",
    "note": "",
}


def reader(text: str = FULL, heads: list[str] | None = None, **kwargs) -> LineReader:
    given = {"currency": "USD", "zone": NEW_YORK, "not_after": TODAY} | kwargs
    return LineReader(mappings.load(text.encode()), heads or HEADS, **given)


def read(**cells: str) -> reading.Row:
    return reader().read([*(SOUND | cells).values()])


def flaws(**cells: str) -> list[tuple[str, str]]:
    with pytest.raises(Unreadable) as caught:
        read(**cells)
    return [(flaw.field, flaw.reason) for flaw in caught.value.flaws]


def test_a_sound_line_says_all_its_values():
    row = read()
    assert row.id == "17"
    assert row.issued_at == datetime(2015, 2, 25, 13, 5, tzinfo=UTC)
    assert row.issued_on == date(2015, 2, 25)
    assert (row.violation, row.violation_name, row.fine_minor) == ("92", "METER", 102550)
    assert (row.plate_text, row.plate_key, row.region) == ("ab-c 12", "ABC12", "MA")
    assert (row.vehicle, row.place, row.agency) == ("FORD, BLUE", "77 N WASHINGTON", "Town police")
    assert (row.lat, row.lon) == (42.36, -71.06)
    assert row.note == ""


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("51", 5100),
        ("25.0", 2500),
        ("73.000", 7300),
        (" $36 ", 3600),
        ("1,234.5", 123450),
        ("0", 0),
        (".5", None),
        ("-5", None),
        ("(5.00)", None),
        ("$-5", None),
        ("5-", None),
        ("\u22125", None),
        ("12,50", None),
        ("12.505", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("fifty", None),
        ("999999999999999999", None),
        ("1 2", None),
    ],
)
def test_money_as_text(text, minor):
    if minor is not None:
        assert read(fine=text).fine_minor == minor
    else:
        assert [field for field, _ in flaws(fine=text)] == ["fine"]


def test_a_comma_before_the_cents_if_the_mapping_says_so():
    assert reading.minor_of("1.234,50 €", places=2, decimal=",") == 123450


def test_a_blank_fine_takes_the_default_and_without_one_is_refused():
    assert read(fine=" ").fine_minor == 1000
    without = reader(FULL.replace(', default: "10"', ""))
    with pytest.raises(Unreadable, match="The fine is blank"):
        without.read([*(SOUND | {"fine": ""}).values()])


@pytest.mark.parametrize("text", ["-5", "(5.00)", "$-5", "-$5.00", "\u22125", "5-"])
def test_a_negative_fine_says_so(text):
    assert flaws(fine=text) == [("fine", "A fine cannot be below zero.")]


@pytest.mark.parametrize(
    ("number", "said"),
    [("805.0", time(8, 5)), ("1430", time(14, 30)), ("5.0", time(0, 5)), ("0", time(0))]
    + [(text, None) for text in ("2400", "1265", "8:05", "-5", "805.5", "99999", "")],
)
def test_a_number_as_a_time(number, said):
    if said:
        assert reading.minute_of(number) == said
    else:
        with pytest.raises(ValueError):
            reading.minute_of(number)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"day": "02/30/2015"}, "does not exist as a date"),
        ({"day": "2015-02-03"}, "does not exist as a date, or is not written"),
        ({"day": ""}, "The date is blank"),
        ({"clock": "2561"}, "does not exist as a time of day"),
        ({"clock": ""}, "The time is blank"),
        ({"day": "02/25/1812"}, "is before 1900"),
        ({"day": "02/25/2030"}, "has not come yet"),
        ({"day": "12/31/9999"}, "has not come yet"),
    ],
)
def test_an_impossible_moment_says_why(cells, reason):
    [(field, told)] = flaws(**cells)
    assert field == "issued"
    assert reason in told


@pytest.mark.parametrize("plate", ["---", " . ", "-", "//"])
def test_a_plate_of_only_punctuation_is_refused(plate):
    assert flaws(plate=plate) == [("plate", "A plate has at least one letter or digit.")]


def test_a_blank_plate_is_a_missing_plate():
    row = read(plate="  ")
    assert (row.plate_text, row.plate_key) == ("", "")


def test_every_flaw_of_a_line_is_told():
    found = flaws(day="13/13/2013", fine="-1", code="", plate="!!", place="x" * 201)
    assert sorted(field for field, _ in found) == ["fine", "issued", "place", "plate", "violation"]


@pytest.mark.parametrize(
    "pair",
    [("", ""), ("6418799.5", "1845918.3"), ("91", "0"), ("40", "181"), ("x", "1"), ("0", "0")]
    + [("nan", "nan"), ("40", ""), ("99999.0", "99999.0")],
)
def test_a_position_that_is_none_is_blank_and_not_refused(pair):
    row = read(lat=pair[0], lon=pair[1])
    assert (row.lat, row.lon) == (None, None)


def test_a_line_too_short_or_too_long_is_refused_but_blank_cells_at_its_end_are_not():
    line = [*SOUND.values()]
    assert reader().read([*line, "", " "]) == reader().read(line)
    for cells in (line[:-2], [*line, "more"]):
        with pytest.raises(Unreadable, match="columns"):
            reader().read(cells)


def test_bytes_of_another_encoding_are_refused_where_they_are_read():
    assert [field for field, _ in flaws(place="caf\udce9")] == ["place"]
    other = [*(SOUND | {"place": "x"}).values(), "\udce9"]
    assert reader(heads=[*HEADS, "unread"]).read(other).place == "x"


class TestSummerTime:
    def test_a_time_that_came_twice_is_the_first_and_marked(self):
        row = read(day="11/02/2014", clock="130")
        assert row.issued_at == datetime(2014, 11, 2, 5, 30, tzinfo=UTC)
        assert row.odd_time == "twice"

    def test_a_time_that_was_skipped_counts_from_the_change_and_is_marked(self):
        row = read(day="03/09/2014", clock="230")
        assert row.issued_at == datetime(2014, 3, 9, 7, 30, tzinfo=UTC)
        assert row.odd_time == "skipped"
        assert row.issued_on == date(2014, 3, 9)

    def test_a_time_with_an_offset_is_never_odd(self):
        text = "name: o\nfields: {issued: at, violation: v, fine: f}\n"
        found = reader(text, ["at", "v", "f"]).read(["2014-11-02T01:30:00-05:00", "A", "1"])
        assert found.issued_at == datetime(2014, 11, 2, 6, 30, tzinfo=UTC)
        assert found.odd_time == ""

    @given(st.datetimes(min_value=YEARS[0], max_value=YEARS[1]))
    def test_the_instant_shows_the_wall_time_unless_it_was_skipped(self, wall):
        at, odd = reading.instant_of(wall, NEW_YORK)
        shown = at.astimezone(NEW_YORK).replace(tzinfo=None, fold=0)
        assert (shown == wall.replace(fold=0)) is (odd != reading.SKIPPED)


CELL = st.text(max_size=30) | st.sampled_from([*SOUND.values(), "-1", "13/13/2013", "\ud800", "\0"])


@given(st.lists(CELL, min_size=len(HEADS), max_size=len(HEADS)))
def test_any_line_is_a_row_or_says_what_is_wrong(cells):
    row, flaws = None, []
    try:
        row = reader().read(cells)
    except Unreadable as unreadable:
        flaws = unreadable.flaws
    assert (row is None) is bool(flaws)
    for flaw in flaws:
        assert flaw.reason
        flaw.value.encode()
    if row is not None:
        assert row.fine_minor >= 0
        assert row.violation
        assert row.issued_at <= TODAY
        for text in row:
            if isinstance(text, str):
                assert "\0" not in text
                text.encode()


@given(st.integers(0, 10**9), st.sampled_from(["{}.{:02}", "${:,}.{:02}", " {}.{:02}0 "]))
def test_money_comes_back_as_it_was_written(minor, form):
    assert reading.minor_of(form.format(minor // 100, minor % 100), places=2) == minor
