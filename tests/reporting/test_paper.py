"""Both engines print the same paper; the long one takes what the other would take minutes for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PageObject, PdfReader

from parkops.kernel.money import Money
from reporting.datasets import Column, Dataset, Kind, Proof
from reporting.exports import document
from tests.reporting.conftest import HOSTILE, read_pdf
from tests.ui.conftest import TENANT

COLUMNS = [
    Column("number", "Number"),
    Column("issued", "Issued", Kind.DATE),
    Column("seen", "Seen", Kind.INSTANT),
    Column("blank", "Never filled"),
    Column("officer", "Officer", told="Who wrote it"),
    Column("fine", "Fine", Kind.MONEY, "What was fined", True),
    Column("photos", "Photos", Kind.COUNT, "Pictures of it", True),
]
NAMES = (*HOSTILE, "<para>Bob</para>", "Zoë\x00\nŽižek")
LONG = "W" * 90
MARGIN = 15 * 72 / 25.4


def pieces(page: PageObject) -> list[tuple[str, float, float]]:
    """Return the texts of a page, each with where it begins from the left and the size of its type."""
    found = []

    def see(text, around, at, _font, size):
        if text.strip():
            found.append((text, at[4] * around[0] + around[4], abs(size * at[0] * around[0])))

    page.extract_text(visitor_text=see)
    return found


def dataset(rows: int) -> Dataset:
    return Dataset(
        title="Citations & fines",
        columns=COLUMNS,
        rows=[
            (
                f"C-{n:05}",
                date(2026, 9, 1 + n % 30),
                datetime(2026, 9, 1 + n % 30, 17, 5, tzinfo=UTC),
                "",
                NAMES[n % len(NAMES)],
                Money(4_500 - n, "USD"),
                n % 4,
            )
            for n in range(rows)
        ],
        filters=[("Period", "1 to 30 September 2026")],
        notes=["Voided ones are left out."],
        chart=[(str(n), n) for n in range(1, 9)],
        chart_title="Issued a day",
        made_at=datetime(2026, 10, 14, 21, 6, tzinfo=UTC),
        made_by="Alice Admin",
        number="3F2A-91C0-7B1D",
    )


@pytest.fixture(scope="module")
def papers():
    """The same report of 60 rows, laid out and drawn."""
    found = dataset(60)
    laid_out = document.write(found, TENANT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "MOST_LAID_OUT", 10)
        return laid_out, document.write(found, TENANT)


def bare(paper: bytes) -> str:
    """Return the words of a paper without blanks, as lines are broken where there is room."""
    return read_pdf(paper).replace(" ", "")


def test_both_print_the_same(papers):
    found = dataset(60)
    told = [
        TENANT.name,
        found.title,
        "Report 3F2A-91C0-7B1D",
        "14 October 2026, 14:06, by Alice Admin",
        "1 to 30 September 2026",
        "1 Sep 2026",
        "30 Sep 2026",
        "Issued a day",
        "How the columns are computed",
        "Pictures of it",
        "Voided ones are left out.",
        *(str(total) for total in found.totals if total is not None),
        "30 Sep 2026, 10:05",
        *(str(row[5]) for row in found.rows),
        *(row[0] for row in found.rows),
        *(name for name in NAMES if name.isprintable()),
    ]
    for paper in papers:
        words = bare(paper)
        assert [one for one in told if one.replace(" ", "") not in words] == []
        assert "Neverfilled" not in words


def test_every_page_has_the_head_and_its_number(papers):
    for paper in papers:
        pages = PdfReader(BytesIO(paper)).pages
        assert len(pages) > 1
        for number, page in enumerate(pages, start=1):
            text = page.extract_text()
            assert f"Page {number} of {len(pages)}" in text
            if "C-000" in text:
                assert text.count("Photos") >= 1, number
                assert "Officer" in text


def test_the_long_one_is_drawn_and_says_whose_it_is(papers):
    long = PdfReader(BytesIO(papers[1]))
    assert long.metadata.title == f"Citations & fines, {TENANT.name}"
    assert long.trailer["/Root"]["/Lang"].startswith("en")
    for paper in papers:
        root = PdfReader(BytesIO(paper)).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
    fonts = long.pages[1]["/Resources"]["/Font"].values()
    embedded = [font.get_object() for font in fonts if "/FontDescriptor" in font.get_object()]
    assert embedded
    assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)


def test_many_columns_stay_on_the_paper(monkeypatch):
    monkeypatch.setattr(document, "MOST_LAID_OUT", 0)
    columns = [Column(f"c{n}", f"Column {n}", Kind.MONEY, "", True) for n in range(12)]
    rows = [[Money(123_456_789 + n, "USD") for n in range(12)] for _ in range(3)]
    found = Dataset(title="Wide", columns=columns, rows=rows, made_by="A")
    page = PdfReader(BytesIO(document.write(found, TENANT))).pages[0]
    places = []
    page.extract_text(visitor_text=lambda text, _cm, tm, *_: places.append(tm[4]) if text else None)
    assert max(places) < float(page.mediabox.width) - 40
    assert min(places) >= 0


def engine_of(paper: bytes) -> str:
    """Return what made a paper."""
    return str(PdfReader(BytesIO(paper)).metadata.producer)


def test_a_table_that_would_run_off_the_page_is_drawn_whatever_its_length(papers):
    """A drawn one breaks a word that is longer than its column, after a sign where there is one."""
    assert engine_of(papers[0]) != engine_of(papers[1])
    mail = "somebody.with.a.long.name@a-department.campus.example"
    columns = [Column(f"c{n}", f"Column {n}") for n in range(6)]
    rows = [[LONG, mail, "1", "2", mail, "end"]]
    found = Dataset(title="Wide", columns=columns, rows=rows, made_by="A")
    paper = document.write(found, TENANT)
    assert engine_of(paper) == engine_of(papers[1])
    words = bare(paper)
    assert (words.count(LONG), words.count(mail), words.count("end")) == (1, 2, 1)
    lines = PdfReader(BytesIO(paper)).pages[0].extract_text().split()
    assert any(line.endswith(("@", ".")) for line in lines if "name" in line)


def test_days_and_plates_are_not_broken_in_two(monkeypatch):
    """However many columns there are, and long words in some of them."""
    monkeypatch.setattr(document, "MOST_LAID_OUT", 0)
    columns = [
        Column("at", "At", Kind.INSTANT),
        Column("from", "F", Kind.DATE),
        Column("month", "M", Kind.MONTH),
        Column("plates", "P"),
        *(Column(f"c{n}", f"Column {n}") for n in range(4)),
    ]
    rows = [
        [datetime(2026, n, 28, 17, 5, tzinfo=UTC), date(2026, n, 18), f"2026-{n:02}", f"88{n} WWW"]
        + [f"{n}e{LONG[:20]}"] * 4
        for n in range(1, 13)
    ]
    found = Dataset(title="Wide", columns=columns, rows=rows, made_by="A")
    text = PdfReader(BytesIO(document.write(found, TENANT))).pages[0].extract_text()
    for row in rows:
        assert text.count(f"{row[1]:%b %Y}") == 3, text
        for whole in (f"{row[0]:%-d %b %Y},", f"{row[1]:%-d %b %Y}", row[3]):
            assert whole in text


def test_what_is_read_from_the_right_is_drawn_from_the_right(monkeypatch):
    monkeypatch.setattr(document, "MOST_LAID_OUT", 0)
    found = Dataset(title="T", columns=COLUMNS[:1], rows=[["abc שלום 12"]], made_by="A")
    # The reader puts what it finds from right to left back into the order in which it is read.
    assert "abc שלום" in read_pdf(document.write(found, TENANT))


@pytest.mark.parametrize("notes", [(), ("Voided ones are left out.",)])
def test_how_to_tell_that_it_is_genuine_stands_with_rows(notes):
    proof = Proof("https://harbor.example/reports/3F2A/verify/", "a" * 64, "b" * 64)
    ends = set()
    for count in range(8, 40, 3):
        found = replace(dataset(count), notes=notes, chart=(), proof=proof)
        pages = PdfReader(BytesIO(document.write(found, TENANT))).pages
        last = pages[-1].extract_text()
        assert "Is this paper genuine?" in last
        assert f"C-{count - 1:05}" in last
        ends.add(len(pages))
    assert ends == {1, 2}


@pytest.mark.parametrize("laid_out", [0, 900])
class TestRoom:
    def test_a_share_on_top_is_in_percent(self, monkeypatch, laid_out):
        monkeypatch.setattr(document, "MOST_LAID_OUT", laid_out)
        columns = [
            Column("what", "What"),
            Column("part", "Late", Kind.COUNT, "", True),
            Column("all", "Calls", Kind.COUNT, "", True),
            Column("share", "Share late", Kind.SHARE, part_of=("part", "all")),
        ]
        found = Dataset(title="T", columns=columns, rows=[["a", 1, 7, 1 / 7]], made_by="A")
        text = read_pdf(document.write(found, TENANT))
        assert text.count("14 %") == 3
        assert "0.14" not in text

    def test_heads_of_many_words_leave_the_table_on_the_page(self, monkeypatch, laid_out):
        monkeypatch.setattr(document, "MOST_LAID_OUT", laid_out)
        heads = [
            Column(f"c{n}", f"Minutes to the end of call {n}", Kind.COUNT, "", True)
            for n in range(8)
        ]
        row = ["abandoned", *range(8)]
        found = Dataset(
            title="T", columns=[Column("what", "What"), *heads], rows=[row], made_by="A"
        )
        page = PdfReader(BytesIO(document.write(found, TENANT))).pages[0]
        begins = [left for text, left, _ in pieces(page) if text.strip() == "7"]
        assert len(begins) >= 2
        assert max(begins) < float(page.mediabox.width) - MARGIN

    def test_large_amounts_on_top_stand_beside_each_other(self, monkeypatch, laid_out):
        monkeypatch.setattr(document, "MOST_LAID_OUT", laid_out)
        columns = [Column(f"m{n}", f"M{n}", Kind.MONEY, "", True) for n in range(4)]
        row = [Money(123_456_789_00 + n, "USD") for n in range(4)]
        found = Dataset(title="T", columns=columns, rows=[row], made_by="A")
        page = PdfReader(BytesIO(document.write(found, TENANT))).pages[0]
        sizes = {size for text, _, size in pieces(page) if text.startswith("$123,456,789.0")}
        assert 10 < max(sizes) < 15
