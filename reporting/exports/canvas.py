"""Pages that are drawn by reportlab and tagged: each is compressed when it is full, its foot comes last."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from xml.sax.saxutils import escape

import reportlab
from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import PDFIndirectObject
from reportlab.pdfgen.canvas import Canvas

from parkops.ui.faces import Faces
from reporting.exports.far import Begun, passing
from reporting.exports.objects import Objects, text
from reporting.exports.structure import Element, Structure

rl_config.useA85 = 0  # fonts as bytes: a fifth smaller, and no time is spent on making text of them

PRODUCER = f"ReportLab {reportlab.Version}"
_BLOCK = 100
"""So many characters a font may say at a time."""


class Tagged(Canvas):
    """A canvas on which all that is drawn is marked: as a part of the paper, or as decoration."""

    def __init__(self, size: tuple[float, float], faces: Faces) -> None:
        self._objects = Objects()
        self._fonts = self._objects.numbered()  # reportlab's first object
        self.structure = Structure()
        super().__init__(
            "", pagesize=size, pageCompression=1, initialFontName=faces.base().fontName
        )
        self._code: list[str]
        self._faces = faces
        self._pages: list[tuple[int, int]] = []
        self._places: list[tuple[str, int, float]] = []
        self._begin()

    def put(self, code: str) -> None:
        """Put onto the page what is said as the file says it."""
        self._code.append(code)

    @contextmanager
    def part(self, element: Element) -> Iterator[None]:
        """Mark what is drawn as belonging to `element`."""
        self.put(f"/{element.tag}<</MCID {self.structure.mark(element)}>>BDC")
        yield
        self.put("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Mark what is drawn as nothing that is read."""
        self.put("/Artifact BMC")
        yield
        self.put("EMC")

    def bookmark(self, title: str, y: float) -> None:
        """Let readers go to `title`, at the height `y` of this page."""
        self._places.append((title, self._page, y))

    def encoded(self, told: str, size: float, bold: bool) -> str:
        """Return what shows one line of text at the place where the page is, as the file says it."""
        codes, shown = [], []
        for font, part in self._faces.runs(told, bold):
            shown.append(part)
            for subset, some in font.splitString(part, self._doc):
                name = font.getSubsetInternalName(subset, self._doc)
                codes.append(f"{name} {size:g} Tf ({self._escape(some)}) Tj")
        code = " ".join(codes)
        if told.isascii() or sorted("".join(shown)) == sorted(told):
            return code  # readers turn round by themselves what was turned round to be drawn
        return f"/Span<</ActualText {text(told)}>>BDC {code} EMC"

    def showPage(self) -> None:  # noqa: N802  its name in reportlab
        """Close the page, but for its foot, and begin another."""
        self._end()
        self._begin()

    def finished(
        self,
        *,
        title: str,
        author: str,
        language: str,
        foot: Callable[[int, int], None],
        begun: Begun,
    ) -> bytes:
        """Draw the foot of each page, which is told its number and how many there are; return the file."""
        self._end()
        objects, told = self._objects, []
        tree = objects.numbered()
        wide, tall = self._pagesize
        closing = passing(self._pages, "Closing pages", begun, every=10)
        for place, (page, body) in enumerate(closing):
            self._code = []
            foot(place + 1, len(self._pages))
            end = self._drawn()
            content = (
                f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {wide:.2f} {tall:.2f}]"
                f"/Resources<</Font {self._fonts} 0 R>>/Contents[{body} 0 R {end} 0 R]"
                f"/StructParents {place}/Tabs/S>>"
            )
            told.append((page, content))
        pages = " ".join(f"{page} 0 R" for page, _ in self._pages)
        told.append((tree, f"<</Type/Pages/Count {len(self._pages)}/Kids[{pages}]>>"))
        objects.pack(told)
        self._write_fonts()
        structure = self.structure.written(objects)
        outlines = self._outlined()
        metadata = objects.stream(
            _XMP.format(title=escape(title), author=escape(author), producer=PRODUCER).encode(),
            "/Type/Metadata/Subtype/XML",
            is_plain=True,
        )
        root = objects.numbered(2)
        catalog = (
            f"<</Type/Catalog/Pages {tree} 0 R/Lang {text(language)}/MarkInfo<</Marked true>>"
            f"/StructTreeRoot {structure} 0 R/Outlines {outlines} 0 R/Metadata {metadata} 0 R"
            "/ViewerPreferences<</DisplayDocTitle true>>>>"
        )
        info = f"<</Title {text(title)}/Author {text(author)}/Producer {text(PRODUCER)}>>"
        objects.pack([(root, catalog), (root + 1, info)])
        return objects.finished(root, root + 1)

    def _begin(self) -> None:
        self._startPage()
        self._page = self._objects.numbered()
        self.structure.begin(self._page)

    def _end(self) -> None:
        self._pages.append((self._page, self._drawn()))

    def _drawn(self) -> int:
        return self._objects.stream("\n".join(self._code).encode("ascii"))

    def _write_fonts(self) -> None:
        document, objects = self._doc, self._objects
        first = document.objectcounter = objects.count
        for font in document.delayedFonts:
            font.addObjects(document)
        for name, stream in document.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                stream.content = _characters(stream.content)
        for number in chain([self._fonts], count(first + 1)):
            name = document.numberToId.get(number)
            if name is None:
                break
            if number > first:
                objects.numbered()
            told = PDFIndirectObject(name, document.idToObject[name]).format(document)
            objects.put(number, told)

    def _outlined(self) -> int:
        number = self._objects.numbered(1 + len(self._places))
        first, last = number + 1, number + len(self._places)
        told = [(number, f"<</Type/Outlines/First {first} 0 R/Last {last} 0 R>>")]
        for own, (title, page, y) in enumerate(self._places, start=first):
            before = f"/Prev {own - 1} 0 R" if own > first else ""
            after = f"/Next {own + 1} 0 R" if own < last else ""
            place = f"/Dest[{page} 0 R/XYZ 0 {y:.0f} null]"
            told.append(
                (own, f"<</Title {text(title)}/Parent {number} 0 R{before}{after}{place}>>")
            )
        self._objects.pack(told)
        return number


def _characters(told: str) -> str:
    """Return which characters a font shows without those that it does not, which reportlab calls zero."""
    begin, _, rest = re.split(r"(\d+ beginbfchar\n)", told)
    found, end = rest.split("endbfchar\n")
    pairs = []
    for line in found.splitlines():
        code, _, character = line.partition(" ")
        shown = int(character.strip("<>"), 16)
        if shown:
            pairs.append(f"{code} <{chr(shown).encode('utf-16-be').hex().upper()}>\n")
    blocks = [pairs[at : at + _BLOCK] for at in range(0, len(pairs), _BLOCK)]
    said = "".join(f"{len(some)} beginbfchar\n{''.join(some)}endbfchar\n" for some in blocks)
    return begin + said + end


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<rdf:Description rdf:about="" pdfuaid:part="1" pdf:Producer="{producer}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
