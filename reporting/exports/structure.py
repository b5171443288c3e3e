"""What the parts of a drawn paper are, for those who have it read aloud: headings, lists, a table.

What is drawn is marked with a number on its page, and the tree of elements names the marks. A long table has
some hundred thousand cells: what they are is kept by runs of rows, and written when the paper is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reporting.exports.objects import Objects, text


@dataclass(slots=True, eq=False)
class Element:
    """A part of the paper: its `tag`, what else is said of it, the parts in it, and its marks on pages."""

    tag: str
    more: str = ""
    kids: list["Element"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    """Each as its page and its number there."""
    number: int = 0

    def add(self, tag: str, more: str = "") -> "Element":
        """Put a part into it."""
        kid = Element(tag, more)
        self.kids.append(kid)
        return kid

    def numbered(self, objects: Objects) -> None:
        """Take the numbers of this part and of all in it."""
        self.number = objects.numbered()
        for kid in self.kids:
            kid.numbered(objects)

    def told(self, parent: int) -> Iterator[tuple[int, str]]:
        """Yield the objects of this part and of all in it, each with its number."""
        page = self.marks[0][0] if self.marks else 0
        held = [f"{kid.number} 0 R" for kid in self.kids]
        held += [
            str(mark) if on == page else f"<</Type/MCR/Pg {on} 0 R/MCID {mark}>>"
            for on, mark in self.marks
        ]
        shown = f"/Pg {page} 0 R" if page else ""
        yield self.number, _element(self.tag, parent, f"{shown}/K[{' '.join(held)}]{self.more}")
        for kid in self.kids:
            yield from kid.told(self.number)


@dataclass(slots=True)
class Run:
    """Rows of a table that stand on one page: from `row` on, with marks from `mark` on."""

    body: "Body"
    page: int
    row: int
    mark: int
    count: int = 1

    @property
    def cells(self) -> Iterator[int]:
        """The numbers of its cells, as they are marked."""
        for number in self.rows:
            yield from range(number + 1, number + self.body.step)

    @property
    def rows(self) -> range:
        """The numbers of its rows."""
        return self.body.rows[self.row : self.row + self.count]


@dataclass(slots=True, eq=False)
class Body(Element):
    """The rows of a table, of `columns` cells each, all of them marked."""

    tag: str = "TBody"
    columns: int = 1
    runs: list[Run] = field(default_factory=list)

    @property
    def step(self) -> int:
        """How many objects a row is."""
        return self.columns + 1

    @property
    def rows(self) -> range:
        """The numbers of all rows."""
        count = sum(run.count for run in self.runs)
        return range(self.number + 1, self.number + 1 + count * self.step, self.step)

    def numbered(self, objects: Objects) -> None:
        """Take the numbers of all rows and cells."""
        self.number = objects.numbered()
        if self.rows:
            objects.numbered(len(self.rows) * self.step)

    def told(self, parent: int) -> Iterator[tuple[int, str]]:
        """Yield the objects of all rows and cells."""
        rows = " ".join(f"{number} 0 R" for number in self.rows)
        yield self.number, _element(self.tag, parent, f"/K[{rows}]")
        for run in self.runs:
            mark = run.mark
            for row in run.rows:
                cells = range(row + 1, row + self.step)
                held = " ".join(f"{cell} 0 R" for cell in cells)
                yield row, _element("TR", self.number, f"/K[{held}]")
                for cell in cells:
                    yield cell, _element("TD", row, f"/Pg {run.page} 0 R/K {mark}")
                    mark += 1


class Structure:
    """The tree of one paper, and what is marked on each of its pages."""

    def __init__(self) -> None:
        self.root = Element("Document")
        self._pages: list[_Page] = []

    def begin(self, page: int) -> None:
        """Go on to the page that is the object `page`."""
        self._pages.append(_Page(page))

    def mark(self, element: Element) -> int:
        """Return the number by which what is drawn next is marked: it belongs to `element`."""
        page = self._pages[-1]
        mark = page.taken(1)
        element.marks.append((page.number, mark))
        page.held.append(element)
        return mark

    def mark_row(self, body: Body) -> int:
        """Return the first of the numbers by which the cells of the next row are marked."""
        page = self._pages[-1]
        mark = page.taken(body.columns)
        last = page.held[-1] if page.held else None
        if isinstance(last, Run) and last.body is body:
            last.count += 1
            return mark
        before = body.runs[-1] if body.runs else None
        run = Run(body, page.number, before.row + before.count if before else 0, mark)
        body.runs.append(run)
        page.held.append(run)
        return mark

    def written(self, objects: Objects) -> int:
        """Write the tree; returns the number of its root."""
        root = objects.numbered()
        self.root.numbered(objects)
        objects.pack(self.root.told(root))
        first = objects.numbered(len(self._pages))
        objects.pack(
            (number, f"[{' '.join(f'{held} 0 R' for held in page.holders)}]")
            for number, page in enumerate(self._pages, start=first)
        )
        pages = " ".join(f"{place} {first + place} 0 R" for place in range(len(self._pages)))
        told = (
            f"<</Type/StructTreeRoot/K[{self.root.number} 0 R]"
            f"/ParentTree<</Nums[{pages}]>>/ParentTreeNextKey {len(self._pages)}>>"
        )
        objects.pack([(root, told)])
        return root


@dataclass(slots=True)
class _Page:
    """A page, and to what its marks belong, in their order."""

    number: int
    held: list[Element | Run] = field(default_factory=list)
    count: int = 0

    def taken(self, count: int) -> int:
        first = self.count
        self.count += count
        return first

    @property
    def holders(self) -> Iterator[int]:
        for held in self.held:
            if isinstance(held, Run):
                yield from held.cells
            else:
                yield held.number


def _element(tag: str, parent: int, more: str) -> str:
    return f"<</Type/StructElem/S/{tag}/P {parent} 0 R{more}>>"


def head_of(kind: str) -> str:
    """Return what is said of a cell that is the head of its Column or Row."""
    return f"/A<</O/Table/Scope/{kind}>>"


def picture(alt: str, box: Sequence[float]) -> str:
    """Return what is said of a picture: the words for it, and where it stands."""
    corners = " ".join(f"{one:.2f}" for one in box)
    return f"/Alt {text(alt)}/A<</O/Layout/Placement/Block/BBox[{corners}]>>"
