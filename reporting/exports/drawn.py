"""A long or wide report as PDF/UA: drawn line by line with the look of `css/pdf/paper.css`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, letter

from parkops.ui import charts, pdf, words
from parkops.ui.brand import brand_of
from parkops.ui.faces import Faces
from parkops.ui.place import Place, place_of
from parkops.ui.tags.words import when_text
from reporting.datasets import PLATES, Column, Kind, Proof, month_of
from reporting.exports.canvas import Tagged
from reporting.exports.far import Begun, passing, unheard
from reporting.exports.paper import Paper, figure_text
from reporting.exports.structure import Body, Element, head_of, picture

MM = 72 / 25.4
SIDE, TOP, BOTTOM = 15 * MM, 16 * MM, 18 * MM
INK, MUTED, FAINT, RULE, HAIR = "#171c22", "#444c56", "#5a626b", "#c6c2b7", "#dddad2"
SMALL, TEXT, CELL = 8.0, 8.5, 9.0
LEAD = 1.3
GAP = 2 * MM
PAD = 1.05 * MM
TIGHTEST = 6.0
"""The smallest type, of tables with many columns."""
SIZES = (CELL, 8.25, 7.5, 6.75, TIGHTEST)
TRIES = (
    *((size, 60 * MM) for size in SIZES[:3]),
    *((size, 40 * MM) for size in SIZES),
    *((TIGHTEST, width * MM) for width in (30, 22, 16, 12)),
)
"""Sizes of type, each with how much of a long word is to stand in one line: less where many columns have long
ones, so that the days and numbers of the others stay whole."""
BREAKS = frozenset("@./-_:")
"""Where a word that is too long is broken before it is broken anywhere."""


def write(paper: Paper, begun: Begun = unheard) -> bytes:
    """Return the PDF of a report, each page written as it is filled."""
    sheet = _Sheet(paper)
    sheet.head()
    sheet.asked()
    sheet.figures()
    if paper.chart:
        sheet.plot(paper.chart)
    _Table(sheet, paper).draw(begun)
    sheet.end()
    return sheet.finished(begun)


def is_too_wide(paper: Paper) -> bool:
    """Return whether a table laid out on this paper, in the size of css/pdf/paper.css, would run off it."""
    table = _Table(_Sheet(paper), paper)
    table.size = CELL
    least = [table.least(n) for n in range(len(paper.kept))]
    return sum(least) > 0.97 * table.room


class _Sheet:
    """The page that is being drawn: `y` is how far down it is filled, in points from its bottom."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.place = place_of(paper.tenant)
        self.brand = brand_of(paper.tenant)
        self.faces = Faces()
        self.size = letter if pdf.page_size(self.place) == "letter" else A4
        self.width = self.size[0] - 2 * SIDE
        self.y = self.size[1]
        self.canvas = Tagged(self.size, self.faces)
        self.all = self.canvas.structure.root

    def finished(self, begun: Begun) -> bytes:
        """Close all pages and return the file."""
        tenant = self.paper.tenant
        return self.canvas.finished(
            title=_plain(f"{self.paper.dataset.title}, {tenant.name}"),
            author=_plain(tenant.name),
            language=self.place.locale,
            foot=self._foot,
            begun=begun,
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        part: Element,
        size: float = CELL,
        bold: bool = False,
        color: str = INK,
        right: bool = False,
    ) -> None:
        """Write one line that belongs to `part`, whatever is in it, from `x` on or up to it."""
        with self.canvas.part(part):
            self._write(x, y, text, size=size, bold=bold, color=color, right=right)

    def _write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: str = MUTED,
        right: bool = False,
    ) -> None:
        if right:
            x -= self.faces.width(text, size, bold)
        code = self.canvas.encoded(text, size, bold)
        self.canvas.put(f"BT {_channels(color)} rg 1 0 0 1 {x:.2f} {y:.2f} Tm {code} ET")

    def lines(self, text: str, width: float, size: float = CELL, bold: bool = False) -> list[str]:
        """Return `text` in lines that fit, broken between words and, where one is too long, inside it.

        A line that ends with a word keeps the blank after it, so that whoever puts them together again has words.
        """
        plain = _plain(text)
        if self.faces.width(plain, size, bold) <= width:
            return [plain]
        found, line = [], ""
        for word in plain.split(" "):
            joined = f"{line} {word}" if line else word
            if self.faces.width(joined, size, bold) <= width:
                line = joined
                continue
            if line:
                found.append(f"{line} ")
            *whole, line = self._pieces(word, width, size, bold)
            found += whole
        return [*found, line]

    def _pieces(self, word: str, width: float, size: float, bold: bool) -> Iterator[str]:
        piece = ""
        for character in word:
            if piece and self.faces.width(piece + character, size, bold) > width:
                end = max((n for n, one in enumerate(piece, 1) if one in BREAKS), default=0)
                end = end if end > len(piece) // 2 else len(piece)
                yield piece[:end]
                piece = piece[end:]
            piece += character
        yield piece

    def paragraph(
        self, text: str, *, size: float = CELL, color: str = INK, bold: bool = False
    ) -> None:
        """Write a text over the whole width."""
        part = self.all.add("P")
        for line in self.lines(text, self.width, size, bold):
            self.need(size * LEAD)
            self.y -= size * LEAD
            self.text(SIDE, self.y + size * 0.3, line, part=part, size=size, color=color, bold=bold)

    def rule(self, weight: float, color: str, y: float | None = None) -> None:
        """Draw a line over the whole width."""
        at = self.y if y is None else y
        with self.canvas.decoration():
            self._line(SIDE, at, SIDE + self.width, at, weight, color)

    def _line(
        self, x: float, y: float, to_x: float, to_y: float, weight: float, color: str
    ) -> None:
        self.canvas.setStrokeColor(HexColor(color))
        self.canvas.setLineWidth(weight)
        self.canvas.line(x, y, to_x, to_y)

    def need(self, height: float) -> bool:
        """Begin a page if `height` is not left on this one; returns whether it did."""
        if self.y - height >= BOTTOM:
            return False
        self.canvas.showPage()
        self.y = self.size[1] - TOP
        return True

    def head(self) -> None:
        """Draw the tenant's stripes and mark, whose paper it is, its number, and the heading."""
        dataset, tall = self.paper.dataset, self.size[1]
        top = tall - 9 * MM
        with self.canvas.decoration():
            self._stripes()
            self._mark(top)
        for place, line in enumerate((self.paper.tenant.name, "Parking")):
            at, is_name = top - 11 - 12.5 * place, not place
            who = self.all.add("P")
            self.text(SIDE + 28.5 + MM, at, line, part=who, size=9.5, bold=is_name)
        end = SIDE + self.width
        made = when_text(dataset.made_at, "long", self.place) if dataset.made_at else ""
        for step, line in enumerate((f"Report {dataset.number}", f"{made}, by {dataset.made_by}")):
            at, which = top - 11 - 11.2 * step, self.all.add("P")
            self.text(end, at, line, part=which, size=SMALL, color=MUTED, right=True)
        self.y = top - 25.5 - 9 * MM
        self.canvas.bookmark(dataset.title, self.y)
        heading = self.all.add("H1")
        for line in self.lines(dataset.title, self.width, 22, bold=True):
            self.y -= 24.2
            self.text(SIDE, self.y + 5, line, part=heading, size=22, bold=True)
        self.y -= 4 * MM

    def _stripes(self) -> None:
        wide, tall = self.size
        for start in range(int(wide // (18 * MM)) + 1):
            for offset, length, color in ((0, 12, self.brand.brand), (12, 6, self.brand.mark)):
                self.canvas.setFillColor(HexColor(color))
                self.canvas.rect(
                    (start * 18 + offset) * MM, tall - 2 * MM, length * MM, 2 * MM, 0, 1
                )

    def _mark(self, top: float) -> None:
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(SIDE, top)
        canvas.scale(25.5 / 32, -25.5 / 32)
        shield = canvas.beginPath()
        shield.moveTo(3, 2)
        shield.lineTo(29, 2)
        shield.lineTo(29, 17)
        shield.curveTo(29, 24, 23, 28, 16, 30)
        shield.curveTo(9, 28, 3, 24, 3, 17)
        shield.close()
        canvas.setFillColor(HexColor(self.brand.brand))
        canvas.drawPath(shield, 0, 1)
        sign = canvas.beginPath()
        sign.moveTo(11, 23)
        sign.lineTo(11, 9)
        sign.lineTo(17, 9)
        sign.curveTo(19.5, 9, 21.5, 11, 21.5, 13.5)
        sign.curveTo(21.5, 16, 19.5, 18, 17, 18)
        sign.lineTo(11, 18)
        canvas.setStrokeColor(HexColor("#ffffff"))
        canvas.setLineWidth(3)
        canvas.drawPath(sign, 1, 0)
        canvas.setStrokeColor(HexColor(self.brand.mark))
        canvas.setLineWidth(2.5)
        canvas.line(6, 6, 26, 6)
        canvas.restoreState()

    def asked(self) -> None:
        """Write what was asked."""
        self.pairs(self.paper.dataset.filters)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write labels with their texts in two columns between two lines."""
        half = (self.width - 6 * MM) / 2
        listed = self.all.add("L")
        self.rule(0.5, RULE)
        self.y -= 2.5 * MM
        for start in range(0, len(pairs), 2):
            told = []
            for label, text in pairs[start : start + 2]:
                indent = max(18 * MM, self.faces.width(label, TEXT)) + 1.5 * MM
                told.append((label, indent, self.lines(text, half - indent, TEXT)))
            tall = max(len(lines) for _, _, lines in told) * TEXT * 1.4
            self.need(tall)
            for column, (label, indent, lines) in enumerate(told):
                x, y = SIDE + column * (half + 6 * MM), self.y - TEXT
                named, meant = _pair(listed)
                self.text(x, y, label, part=named, size=TEXT, color=FAINT)
                for step, line in enumerate(lines):
                    self.text(x + indent, y - step * TEXT * 1.4, line, part=meant, size=TEXT)
            self.y -= tall + MM
        self.y -= 1.5 * MM
        self.rule(0.5, RULE)

    def figures(self) -> None:
        """Write the few large figures."""
        figures = self.paper.figures
        if not figures:
            return
        self.y -= 6 * MM
        self.need(18 * MM)
        self.rule(1.5, INK)
        step, listed = self.width / len(figures), self.all.add("L")
        for place, figure in enumerate(figures):
            x = SIDE + place * step
            with self.canvas.decoration():
                self._line(x, self.y, x, self.y - 13 * MM, 1.5, RULE)
            x += 3.5 * MM
            named, meant = _pair(listed)
            self.text(x, self.y - 15, figure.label, part=named, size=TEXT, color=MUTED)
            told = figure_text(figure, self.place)
            room = step - 4 * MM
            size = min(20.0, 20.0 * room / max(self.faces.width(told, 20, True), 1))
            value = meant.add("P")
            self.text(x, self.y - 36, told, part=value, size=size, bold=True)
            if figure.note:
                note = meant.add("P")
                self.text(x, self.y - 48, figure.note, part=note, size=TEXT, color=MUTED)
        self.y -= 18 * MM

    def plot(self, chart: charts.Chart) -> None:
        """Draw the bars of the chart; who cannot see them is told what each stands for."""
        tall, left = 97.5, 25.5
        self.need(tall + 30)
        self.y -= 20
        end, base = SIDE + self.width, self.y - tall + 15
        box = (SIDE, base - 15, end, self.y + 11)
        figure = self.all.add("Figure", picture(chart.told, box))
        title = figure.add("Caption")
        self.text(SIDE, self.y, chart.title, part=title, size=11, bold=True)
        with self.canvas.part(figure):
            self._bars(chart, SIDE + left, self.y - 14, base)
        self.y -= tall

    def _bars(self, chart: charts.Chart, start: float, top: float, base: float) -> None:
        wide, high = SIDE + self.width - start, top - base
        for tick in chart.ticks:
            at = top - high * tick.y / charts.SIDE
            self._line(start, at, start + wide, at, 0.6, INK if tick is chart.ticks[-1] else HAIR)
            self._write(start - 4.5, at - 2.3, tick.text, size=6.75, right=True)
        self.canvas.setFillColor(HexColor(self.brand.brand))
        for mark in chart.marks:
            self.canvas.rect(
                start + wide * mark.x / charts.SIDE,
                top - high * (mark.y + mark.height) / charts.SIDE,
                wide * mark.width / charts.SIDE,
                high * mark.height / charts.SIDE,
                0,
                1,
            )
        slot = wide / max(len(chart.labels), 1)
        for place, label in enumerate(chart.labels):
            middle = start + slot * (place + 0.5)
            half = self.faces.width(label, 6.75) / 2
            self._write(middle - half, base - 10.5, label, size=6.75)

    def end(self) -> None:
        """Write the notes, how the columns are computed, and how the paper is verified."""
        for note in self.paper.dataset.notes:
            self.y -= 3 * MM
            self.paragraph(note, color=MUTED)
        told = [(column.title, column.told) for column in self.paper.columns if column.told]
        if told:
            self.heading("How the columns are computed", 60)
            self.pairs(told)
        if self.paper.dataset.proof:
            self.proof(self.paper.dataset.proof)

    def proof(self, proof: Proof) -> None:
        """Draw the square and write the address and the digests by which the paper is verified."""
        side = 24 * MM
        self.need(side + 7 * MM)
        self.y -= 7 * MM
        section = self.all.add("Sect")
        box = (SIDE, self.y - side, SIDE + side, self.y)
        alt = "QR code: check that this report is genuine"
        with self.canvas.part(section.add("Figure", picture(alt, box))):
            self._squares(proof.url, side)
        x, y = SIDE + side + 5 * MM, self.y - 11
        told = "Is this paper genuine?"
        self.canvas.bookmark(told, self.y)
        self.text(x, y, told, part=section.add("H2"), size=11, bold=True)
        number = self.paper.dataset.number
        told = f"{proof.url} says when report {number} was made, and these two digests."
        address, listed = section.add("P"), section.add("L")
        named, meant = _pair(listed)
        named_last, meant_last = _pair(listed)
        for text, part, color in (
            (told, address, INK),
            ("SHA-256 of its rows and totals", named, FAINT),
            (proof.rows, meant, INK),
            ("SHA-256 of its totals", named_last, FAINT),
            (proof.totals, meant_last, INK),
        ):
            size = 7.5 if text in (proof.rows, proof.totals) else TEXT
            for one in self.lines(text, self.width - side - 5 * MM, size):
                y -= size * 1.35
                self.text(x, y, one, part=part, size=size, color=color)
        self.y = min(self.y - side, y)

    def _squares(self, told: str, side: float) -> None:
        code = segno.make(told, error="m", micro=False)
        step = side / (len(code.matrix) + 8)
        self.canvas.setFillColor(HexColor("#000000"))
        for line, row in enumerate(code.matrix):
            for place, dark in enumerate(row):
                if dark:
                    x, y = SIDE + step * (place + 4), self.y - step * (line + 5)
                    self.canvas.rect(x, y, step, step, 0, 1)

    def heading(self, text: str, room: float) -> None:
        """Write a heading that stays with the `room` below it."""
        self.need(7 * MM + 14 + room)
        self.y -= 7 * MM + 11
        self.canvas.bookmark(text, self.y + 11)
        self.text(SIDE, self.y, text, part=self.all.add("H2"), size=11, bold=True)
        self.y -= 2 * MM + 3

    def _foot(self, number: int, count: int) -> None:
        y, end = BOTTOM / 2 - 3, SIDE + self.width
        told = f"{self.paper.tenant.name}, {self.paper.dataset.title}"
        with self.canvas.decoration():
            self._write(SIDE, y, told, size=SMALL)
            self._write(end, y, f"Page {number} of {count}", size=SMALL, right=True)


def _pair(listed: Element) -> tuple[Element, Element]:
    """Return a new label of a list, and what it stands beside."""
    item = listed.add("LI")
    return item.add("Lbl"), item.add("LBody")


_Lines = list[tuple[str, float]]
"""The lines of a cell: each as the file shows it, and how wide it is."""


@dataclass(slots=True)
class _Place:
    """Where a column stands: from `x`, `width` wide."""

    column: Column
    x: float
    width: float


class _Table:
    """The table, one page after another, each with its head."""

    def __init__(self, sheet: _Sheet, paper: Paper) -> None:
        self.sheet, self.paper = sheet, paper
        self._texts: list[dict[Any, str]] = [{} for _ in paper.kept]
        self._kept: list[dict[tuple[str, bool], _Lines]] = [{} for _ in paper.kept]
        self.size = CELL
        self.places = self._placed()

    def draw(self, begun: Begun) -> None:
        """Draw the head, all rows and the totals."""
        sheet = self.sheet
        sheet.y -= 4 * MM
        table = sheet.all.add("Table")
        heads = [self._lines(n, place.column.title, True) for n, place in enumerate(self.places)]
        sheet.need(self._height(heads) + 60)
        told = table.add("THead").add("TR")
        self._row(heads, [told.add("TH", head_of("Column")) for _ in heads], head=True)
        body = Body(columns=len(heads))
        table.kids.append(body)
        for row in passing(self.paper.dataset.rows, "Drawing rows", begun):
            lines = [
                self._lines(n, self._text(n, row[place]), False)
                for n, place in enumerate(self.paper.kept)
            ]
            self._room_for(self._height(lines), heads)
            self._row(lines, body)
        totals = self.paper.totals
        if totals:
            texts = [self._text(n, cell.value) for n, cell in enumerate(totals)]
            texts[0] = "Total"
            lines = [self._lines(n, text, True) for n, text in enumerate(texts)]
            self._room_for(self._height(lines) + 2, heads)
            sheet.rule(0.8, INK)
            sheet.y -= 1.7
            told = table.add("TFoot").add("TR")
            cells = [told.add("TH", head_of("Row")), *(told.add("TD") for _ in texts[1:])]
            self._row(lines, cells, is_last=True)

    def _room_for(self, height: float, heads: Sequence[_Lines]) -> None:
        """Begin a page, with the heads once more, if `height` is not left on this one."""
        if self.sheet.need(height):
            self._row(heads, None, head=True)

    def _row(
        self,
        told: Sequence[_Lines],
        cells: Body | Sequence[Element] | None,
        *,
        head: bool = False,
        is_last: bool = False,
    ) -> None:
        """Draw a row: of the body, of these cells, or once more, which is decoration."""
        sheet, size = self.sheet, self.size
        top = sheet.y - PAD - size * 0.98
        said = [f"BT {_HEAD if head else _CELL} rg"]
        for place, lines, mark in zip(self.places, told, self._marks(cells), strict=True):
            end = place.x + place.width
            said.append(mark)
            for step, (code, width) in enumerate(lines):
                x = end - width if place.column.is_number else place.x
                said.append(f"1 0 0 1 {x:.2f} {top - step * size * LEAD:.2f} Tm {code}")
            said.append("EMC")
        said.append("ET")
        sheet.y -= self._height(told)
        if not is_last:
            line = f"{SIDE:.2f} {sheet.y:.2f} m {SIDE + sheet.width:.2f} {sheet.y:.2f} l S"
            said.append(f"/Artifact BMC {_UNDER_HEAD if head else _UNDER_ROW} {line} EMC")
        sheet.canvas.put("\n".join(said))

    def _marks(self, cells: Body | Sequence[Element] | None) -> list[str]:
        structure = self.sheet.canvas.structure
        if isinstance(cells, Body):
            first = structure.mark_row(cells)
            return [f"/TD<</MCID {mark}>>BDC" for mark in range(first, first + cells.columns)]
        if cells is None:
            return ["/Artifact<</Type/Pagination/Subtype/Header>>BDC"] * len(self.places)
        return [f"/{cell.tag}<</MCID {structure.mark(cell)}>>BDC" for cell in cells]

    def _height(self, told: Sequence[_Lines]) -> float:
        return max(map(len, told)) * self.size * LEAD + 2 * PAD + 0.4

    def _text(self, n: int, value: Any) -> str:
        """Return a cell as the page writes it; equal ones are written once."""
        kept = self._texts[n]
        found = kept.get(value)
        if found is None:
            found = _cell_text(value, self.places[n].column.kind, self.sheet.place)
            if len(kept) < _REMEMBERED:
                kept[value] = found
        return found

    def _lines(self, n: int, text: str, bold: bool) -> _Lines:
        """Return the lines of a cell as the file shows them, each with its width."""
        kept, place = self._kept[n], self.places[n]
        found = kept.get((text, bold))
        if found is None:
            sheet, size = self.sheet, self.size
            found = [
                (
                    sheet.canvas.encoded(line, size, bold),
                    sheet.faces.width(line.rstrip(), size, bold),
                )
                for line in sheet.lines(text, place.width + 0.01, size, bold)
            ]
            if len(kept) < _REMEMBERED:
                kept[text, bold] = found
        return found

    def _placed(self) -> list[_Place]:
        """Share the width among the columns, as a table on a page does; smaller type if it must be."""
        columns = self.paper.columns
        self.places = [_Place(column, 0.0, 0.0) for column in columns]
        self.longest = [self._longest(n) for n in range(len(columns))]
        for size, room in TRIES:
            self.size = size
            wishes = [self._wants(*one, room) for one in self.longest]
            least, most = zip(*wishes, strict=True)
            if sum(least) <= self.room:
                break
        widths = _shared(least, most, self.room)
        x = SIDE
        for place, width in zip(self.places, widths, strict=True):
            place.x, place.width = x, width
            x += width + GAP
        return self.places

    def least(self, n: int) -> float:
        """Return how wide a column must be where no word is broken, and no instant."""
        column, cell, word, total = self.longest[n]
        whole = cell if column.kind is Kind.INSTANT else word
        return self._wants(column, cell, whole, total, self.sheet.width)[0]

    @property
    def room(self) -> float:
        """The width of the page without the gaps between columns."""
        return self.sheet.width - GAP * (len(self.paper.kept) - 1)

    def _longest(self, n: int) -> tuple[Column, str, str, str]:
        """Return a column, its longest cell, the longest word of all, and its total."""
        column, place = self.paper.columns[n], self.paper.kept[n]
        cell, word, widest, seen = "", "", 0.0, set()
        for row in self.paper.dataset.rows:
            text = self._text(n, row[place])
            if text in seen:
                continue
            seen.add(text)
            if len(text) > len(cell):
                cell = text
            if column.is_number:
                continue
            for part in _unbroken(text, column):
                if len(part) * 1.4 > len(word):
                    width = self.sheet.faces.width(part, CELL)
                    if width > widest:
                        word, widest = part, width
        total = self._text(n, self.paper.dataset.totals[place])
        return column, cell, word, total

    def _wants(
        self, column: Column, cell: str, word: str, total: str, room: float
    ) -> tuple[float, float]:
        """Return the least and the best width of a column; of a word longer than `room` only so much counts."""
        width, size = self.sheet.faces.width, self.size
        head = max((width(part, size, True) for part in column.title.split(" ")), default=0)
        whole = width(column.title, size, True)
        end = width(total, size, True)
        if column.is_number:
            needed = max(width(cell, size), head, end)
            return needed, max(needed, whole)
        longest = min(width(word, size), room)
        needed = max(longest, head, end)
        return needed, max(needed, width(cell, size), whole)


_REMEMBERED = 2_000
"""How many texts of a column are kept as they are drawn; what is different in each line is not."""
_UNSEEN = dict.fromkeys((*range(9), *range(14, 28), 127))


def _plain(text: str) -> str:
    """Return a text in one line, without what cannot be seen."""
    return " ".join(text.translate(_UNSEEN).split())


def _channels(color: str) -> str:
    """Return a color as the file says it: three shares of red, green and blue."""
    return " ".join(f"{int(color[i : i + 2], 16) / 255:.3f}" for i in (1, 3, 5))


_HEAD, _CELL = _channels(MUTED), _channels(INK)
_UNDER_HEAD, _UNDER_ROW = f"0.8 w {_channels(INK)} RG", f"0.4 w {_channels(HAIR)} RG"


def _shared(least: Sequence[float], most: Sequence[float], room: float) -> list[float]:
    """Return widths that fill `room`: what each must have, and of the rest in proportion to its wish."""
    if sum(least) >= room:
        return [one * room / sum(least) for one in least]
    if sum(most) <= room:
        spare = room - sum(most)
        return [one + spare * one / (sum(most) or 1) for one in most]
    wishes = [high - low for low, high in zip(least, most, strict=True)]
    spare = room - sum(least)
    return [low + spare * wish / sum(wishes) for low, wish in zip(least, wishes, strict=True)]


def _unbroken(text: str, column: Column) -> Sequence[str]:
    """Return what of a cell stands in one line: its words; a day is one and the time after it; a plate."""
    if column.kind in (Kind.DATE, Kind.MONTH):
        return [text]
    if column.kind is Kind.INSTANT:
        return text.rsplit(" ", 1)
    return re.findall(r"[^, ][^,]*,?", text) if column.key in PLATES else text.split(" ")


def _cell_text(value: Any, kind: Kind, place: Place) -> str:
    if value is None:
        return ""
    if kind is Kind.MONEY:
        return words.money_text(value, place.locale)
    if kind is Kind.COUNT:
        return words.number_text(value, place.locale)
    if kind is Kind.SHARE:
        return words.share_text(value)
    if kind is Kind.INSTANT:
        return when_text(value, "", place)
    month = month_of(value) if kind is Kind.MONTH else None
    if month is not None:
        return words.month_text(month, place.locale)
    if isinstance(value, date):
        return when_text(value, "day", place)
    return str(value)
