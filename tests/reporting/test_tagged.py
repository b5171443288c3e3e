"""A drawn paper is read aloud as it is seen: each cell belongs to its row, each row to the table, once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from reporting.datasets import Column, Dataset, Proof
from reporting.exports import document
from reporting.exports.objects import Objects
from tests.reporting.test_paper import dataset
from tests.ui.conftest import TENANT

PROOF = Proof("https://harbor.example/reports/3F2A-91C0-7B1D/verify/", "a" * 64, "b" * 64)


@dataclass
class Part:
    """An element of the tree, with what is written in it."""

    tag: str
    element: Any
    kids: list["Part"]
    text: str

    def all(self, *tags: str) -> Iterator["Part"]:
        """Yield the parts in it that have one of these tags, in their order."""
        for kid in self.kids:
            if kid.tag in tags:
                yield kid
            yield from kid.all(*tags)

    def texts(self, *tags: str) -> list[str]:
        return [part.text for part in self.all(*tags)]


class Paper:
    """A paper as those read it who do not see it."""

    def __init__(self, content: bytes) -> None:
        self.reader = PdfReader(BytesIO(content))
        self.root = self.reader.trailer["/Root"]
        self.texts: dict[tuple[int, int], str] = {}
        self.decoration = ""
        self.loose: list[str] = []
        self.pages = {page.indirect_reference.idnum: n for n, page in enumerate(self.reader.pages)}
        for number, page in enumerate(self.reader.pages):
            self._read(number, page)
        self.tree = self.root["/StructTreeRoot"]
        self.told = self._part(self.tree["/K"][0], self.tree.indirect_reference)

    def _read(self, number: int, page: Any) -> None:
        fonts = {name: _characters(font) for name, font in page["/Resources"]["/Font"].items()}
        marks, font = [], ""
        for operands, operator in ContentStream(page["/Contents"], self.reader).operations:
            if operator in (b"BMC", b"BDC"):
                told = operands[1] if operator == b"BDC" else {}
                marks.append((operands[0], told.get("/MCID")))
                if "/MCID" in told:
                    assert len(marks) == 1
                    assert (number, told["/MCID"]) not in self.texts
                    self.texts[number, told["/MCID"]] = ""
                    assert self._holder(page, told["/MCID"])["/S"] == operands[0]
            elif operator == b"EMC":
                marks.pop()
            elif operator == b"Tf":
                font = operands[0]
            elif operator == b"Tj":
                self._write(
                    number, marks, "".join(map(fonts[font].get, operands[0].original_bytes))
                )
            elif operator in (b"f*", b"f", b"S", b"B") and not marks:
                self.loose.append(operator.decode())
        assert marks == []

    def _write(self, number: int, marks: list[Any], text: str) -> None:
        if not marks:
            self.loose.append(text)
        elif marks[0][0] == "/Artifact":
            self.decoration += f"{text}\n"
        else:
            self.texts[number, marks[0][1]] += text

    def _holder(self, page: Any, mark: int) -> Any:
        pairs = self.root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        return dict(zip(pairs[::2], pairs[1::2], strict=True))[page["/StructParents"]][mark]

    def _part(self, reference: Any, parent: Any) -> Part:
        element = reference.get_object()
        assert element.raw_get("/P") == parent
        held = element.get("/K", [])
        kids, text = [], ""
        for kid in held if isinstance(held, list) else [held]:
            found = kid.get_object()
            if isinstance(found, int):
                text += self._taken(element.raw_get("/Pg"), found)
            elif found.get("/Type") == "/MCR":
                text += self._taken(found.raw_get("/Pg"), found["/MCID"])
            else:
                kids.append(self._part(kid, reference))
        return Part(element["/S"][1:], element, kids, text)

    def _taken(self, page: Any, mark: int) -> str:
        """Return a marked text; nothing else has it."""
        return self.texts.pop((self.pages[page.idnum], mark))


def _characters(font: Any) -> dict[int, str]:
    pairs = re.findall(r"<(..)> <([0-9A-F]+)>", font["/ToUnicode"].get_data().decode())
    return {int(code, 16): bytes.fromhex(told).decode("utf-16-be") for code, told in pairs[1:]}


@pytest.fixture(scope="module")
def found() -> Dataset:
    return replace(dataset(90), proof=PROOF)


@pytest.fixture(scope="module")
def paper(found) -> Paper:
    return made(found)


def made(found: Dataset) -> Paper:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "MOST_LAID_OUT", -1)
        return Paper(document.write(found, TENANT))


def drawn(rows: list[tuple[str, ...]], *titles: str) -> Paper:
    columns = [Column(title.lower(), title) for title in titles]
    return made(Dataset(title="T", columns=columns, rows=rows, made_by="A", number="0"))


def test_every_cell_is_read_in_its_row_and_column(paper, found):
    (table,) = paper.told.all("Table")
    assert [part.tag for part in table.kids] == ["THead", "TBody", "TFoot"]
    head, body, foot = table.kids
    assert head.texts("TH") == ["Number", "Issued", "Seen", "Officer", "Fine", "Photos"]
    assert {cell.element["/A"]["/Scope"] for cell in head.all("TH")} == {"/Column"}
    rows = [[cell.text for cell in row.kids] for row in body.kids]
    assert len(rows) == len(found.rows)
    for told, (number, issued, _seen, _, name, fine, photos) in zip(rows, found.rows, strict=True):
        assert told[0] == number
        assert told[1] == f"{issued.day} Sep 2026"
        assert told[2] == f"{issued.day} Sep 2026, 10:05"
        assert told[3] == " ".join(name.replace("\x00", "").split())
        assert told[4:] == [str(fine), str(photos)]
    (last,) = foot.kids
    assert [(cell.tag, cell.text) for cell in last.kids] == [
        ("TH", "Total"),
        ("TD", ""),
        ("TD", ""),
        ("TD", ""),
        ("TD", str(found.totals[5])),
        ("TD", str(found.totals[6])),
    ]
    assert last.kids[0].element["/A"]["/Scope"] == "/Row"


def test_all_else_is_read_in_the_order_of_the_paper(paper):
    assert len(paper.reader.pages) > 3
    assert [part.tag for part in paper.told.kids] == [
        *["P"] * 4, "H1", "L", "L", "Figure", "Table", "P", "H2", "L", "Sect",
    ]  # fmt: skip
    assert paper.told.texts("H1", "H2") == [
        "Citations & fines",
        "How the columns are computed",
        "Is this paper genuine?",
    ]
    labels = dict(
        zip(paper.told.texts("Lbl"), (part for part in paper.told.all("LBody")), strict=True)
    )
    assert labels["Period"].text == "1 to 30 September 2026"
    assert labels["Officer"].text == "Who wrote it"
    assert labels["SHA-256 of its totals"].text == PROOF.totals
    chart, code = paper.told.all("Figure")
    assert chart.element["/Alt"].startswith("Issued a day: 1: 1; 2: 2;")
    assert "genuine" in code.element["/Alt"]
    assert chart.texts("Caption") == ["Issued a day"]
    for figure in (chart, code):
        left, bottom, right, top = figure.element["/A"]["/BBox"]
        assert 0 < left < right < 612
        assert 0 < bottom < top < 792


def test_nothing_is_drawn_that_is_neither_read_nor_decoration(paper):
    assert paper.loose == []
    assert paper.texts == {}  # every mark has been read, once
    count = len(paper.reader.pages)
    feet = [f"Page {number} of {count}" for number in range(1, count + 1)]
    assert [line for line in paper.decoration.split("\n") if line in feet] == feet
    again = paper.decoration.split("\n").count("Photos")
    assert 0 < again < count  # the heads, from the table's second page on
    assert all(page["/Tabs"] == "/S" for page in paper.reader.pages)


def test_the_file_says_what_it_is(paper):
    root = paper.root
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfuaid:part="1"' in metadata
    assert "Citations &amp; fines, Harbor &lt;Town&gt;" in metadata
    assert [one.title for one in paper.reader.outline] == paper.told.texts("H1", "H2")
    fonts = [font.get_object() for font in paper.reader.pages[0]["/Resources"]["/Font"].values()]
    assert len(fonts) == 2
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"]
        assert "\x00" not in _characters(font).values()


def test_both_engines_tag_alike():
    found = replace(dataset(12), proof=PROOF)
    paper = made(found)
    told = PdfReader(BytesIO(document.write(found, TENANT)))
    elements = [found for found in _objects(told) if "/S" in found and "/P" in found]
    for tag in ("/H1", "/H2", "/Caption", "/TFoot", "/TD", "/Figure"):
        ours = len(list(paper.told.all(tag[1:])))
        assert sum(element["/S"] == tag for element in elements) == ours, tag
    assert all(element["/Alt"] for element in elements if element["/S"] == "/Figure")


def _objects(reader: PdfReader) -> Iterator[Any]:
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if isinstance(found, dict):
            yield found


def test_what_is_broken_into_lines_is_read_as_words():
    told = "Stood across two spaces beside the loading bay " * 4
    paper = drawn([(told, "W" * 120)], "What", "Mark")
    (row,) = paper.told.all("TBody")
    assert row.texts("TD") == [told.strip(), "W" * 120]


def test_a_character_that_no_font_has_is_read_all_the_same():
    told = "q\ufdd0r"
    paper = drawn([(told,)], "What")
    assert paper.told.texts("TD") == ["q\ufffdr"]
    code = b"".join(page.get_contents().get_data() for page in paper.reader.pages)
    said = told.encode("utf-16-be").hex().upper()
    assert f"/ActualText <FEFF{said}>".encode() in code


def test_a_table_of_one_page_and_of_none_is_whole():
    for rows in ([], [("one",)]):
        paper = drawn(rows, "What")
        (body,) = paper.told.all("TBody")
        assert body.texts("TD") == [cell for row in rows for cell in row]
        assert paper.texts == {}


def test_objects_are_found_by_their_numbers():
    """More than fit into one stream, in any order, beside such as stand alone."""
    objects = Objects()
    first = objects.numbered(1_000)
    stream = objects.stream(b"alone")
    objects.pack((number, f"({number} (a) )") for number in reversed(range(first, first + 1_000)))
    root = objects.numbered(3)
    objects.pack(
        [
            (root, f"<</Type/Catalog/Pages {root + 1} 0 R>>"),
            (root + 1, "<</Type/Pages/Kids[]/Count 0>>"),
            (root + 2, "<<>>"),
        ]
    )
    reader = PdfReader(BytesIO(objects.finished(root, root + 2)))
    assert reader.get_object(stream).get_data() == b"alone"
    for number in range(first, first + 1_000):
        assert reader.get_object(number) == f"{number} (a) "
