"""A dataset's totals are the sums of its rows, whatever they are, in every format."""

import io
import string
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace

from defusedcsv import csv as defusedcsv
from hypothesis import given, settings
from hypothesis import strategies as st

from parkops.kernel.money import Money
from reporting import datasets
from reporting.datasets import Column, Dataset, Kind, over_time
from reporting.exports import delimited, sheet, structured
from tests.reporting.conftest import read_csv, read_json, read_xlsx

COLUMNS = [
    Column("name", "Name"),
    Column("count", "Count", Kind.COUNT, "How many", True),
    Column("amount", "Amount", Kind.MONEY, "How much", True),
    Column("share", "Share", Kind.SHARE),
]
TENANT = SimpleNamespace(name="Harbor")
NAMES = st.text(string.printable + "éß漢\u202e=+-@", max_size=20)
ROWS = st.lists(
    st.tuples(
        NAMES,
        st.none() | st.integers(0, 10**6),
        st.none() | st.integers(-(10**11), 10**11).map(lambda minor: Money(minor, "USD")),
        st.none() | st.floats(0, 1),
    ),
    max_size=12,
)


def dataset(rows) -> Dataset:
    return Dataset(title="T", columns=COLUMNS, rows=rows, currency="USD")


@given(ROWS)
def test_totals_are_the_sums(rows):
    totals = dataset(rows).totals
    assert totals[0] is None
    assert totals[1] == sum(row[1] or 0 for row in rows)
    assert totals[2] == Money(sum(row[2].minor for row in rows if row[2] is not None), "USD")
    assert totals[3] is None


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_format_says_the_same_totals_and_nothing_computes(rows):
    found = dataset(rows)
    count, amount = found.totals[1], found.totals[2]
    last = read_csv(delimited.write(found, TENANT))[-1]
    assert last[0] == "Total"
    assert (int(last[1]), last[2].lstrip("'")) == (count, amount.amount)
    told = read_json(structured.write(found, TENANT))
    assert told["totals"] == {"count": count, "amount": amount.amount}
    assert len(told["rows"]) == len(rows)
    book = read_xlsx(sheet.write(found, TENANT))
    assert book.rows[-1][1] == count
    assert round(book.rows[-1][2] * 100) == amount.minor
    assert (book.formulas, book.links) == (0, 0)
    assert len(book.rows) == len(rows) + 2


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.integers(1, 40))
def test_a_sum_of_tenths_is_a_tenth_in_every_format(tenths, size):
    columns = [Column("name", "Name"), Column("hours", "Hours", Kind.NUMBER, "", True)]
    rows = [["a", n / 10] for n in tenths]
    found = Dataset(title="T", columns=columns, rows=rows)
    assert found.totals[1] == sum(tenths) / 10
    assert read_xlsx(sheet.write(found, TENANT)).rows[-1][1] == found.totals[1]
    sums = datasets.Sums(columns, "USD")
    for block in datasets.blocks_of(rows, size):
        sums.add(block)
    assert sums.totals() == found.totals


ANY = st.lists(
    st.tuples(NAMES, st.integers() | NAMES, st.floats(allow_nan=False) | st.none(), NAMES),
    min_size=1,
    max_size=12,
)
PLAIN = [Column(key, key) for key in ("a", "b", "c", "d")]


@given(ANY, st.integers(1, 4), st.integers(1, 5))
def test_a_csv_is_what_the_library_writes_however_it_is_cut_into_blocks(rows, width, size):
    """Blocks in which nothing is risky go by a quicker way, which must not be another one."""
    rows = [row[:width] for row in rows]
    store, library = io.BytesIO(), io.StringIO(newline="")
    blocks = datasets.blocks_of(rows, size)
    delimited.write_blocks(store, PLAIN[:width], blocks, currency="USD")
    writer = defusedcsv.writer(library)
    writer.writerow(["a", "b", "c", "d"][:width])
    writer.writerows(rows)
    assert store.getvalue().decode() == delimited.MARK + library.getvalue()


def test_an_instant_is_the_tenants_clock_in_every_file():
    local = datetime(2026, 11, 10, 10, 15, tzinfo=timezone(timedelta(hours=-5)))
    found = Dataset(title="T", columns=[Column("at", "At", Kind.INSTANT)], rows=[(local,), (None,)])
    assert read_csv(delimited.write(found, TENANT))[1:] == [["2026-11-10 10:15"], [""]]
    assert read_json(structured.write(found, TENANT))["rows"][0] == {"at": "2026-11-10 10:15"}
    minutes = round(read_xlsx(sheet.write(found, TENANT)).rows[1][0] * 24 * 60)
    since = datetime(1899, 12, 30)  # noqa: DTZ001  a sheet's clock has no zone
    assert since + timedelta(minutes=minutes) == local.replace(tzinfo=None)


DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@given(st.data(), DAYS, st.integers(0, 800))
def test_a_chart_over_time_keeps_the_sum_and_has_room_for_its_labels(data, first, length):
    last = first + timedelta(days=length)
    values = data.draw(st.dictionaries(st.dates(first, last), st.integers(1, 1000), max_size=20))
    step, drawn = over_time(values, first=first, last=last)
    assert sum(value for _, value in drawn) == sum(values.values())
    assert sum(len(label) + 1 for label, _ in drawn if label) <= 120
    assert drawn[0][0]
    assert len(drawn) == length + 1 if step == "day" else len(drawn) <= 28
