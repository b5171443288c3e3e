"""The machine's fonts for what is drawn without WeasyPrint: those that fontconfig gives WeasyPrint too."""

import subprocess
import unicodedata
from collections.abc import Iterator

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

FAMILY = "Liberation Sans,Arial,sans-serif"
ASKED_AT_MOST = 40
"""How many characters that no font so far has are looked for on the machine, for one paper."""
UNKNOWN = "\ufffd"
_RTL = ("R", "AL")


class NoFont(RuntimeError):
    """The machine has no font that can be embedded."""


class Faces:
    """A plain and a bold font for one paper, and others for the characters that they lack.

    :raises NoFont: if the machine has none.
    """

    def __init__(self) -> None:
        self._plain = _first(FAMILY)
        self._bold = _first(f"{FAMILY}:bold")
        self._others: list[TTFont] = []
        self._font_of: dict[str, TTFont | None] = {}
        self._asked = 0

    def base(self, bold: bool = False) -> TTFont:
        """Return the font of most texts."""
        return self._bold if bold else self._plain

    def runs(self, text: str, bold: bool = False) -> list[tuple[TTFont, str]]:
        """Return `text` in the order in which it is drawn, in pieces of one font each.

        In place of a character that no font has stands the sign for such.
        """
        font = self.base(bold)
        if text.isascii() and text.isprintable():
            return [(font, text)]
        known = font.face.charToGlyph
        found: list[tuple[TTFont, str]] = []
        for drawn in _as_drawn(text):
            own, character = font, drawn
            if ord(drawn) not in known:
                other = self._other(drawn)
                if other is None:
                    character = UNKNOWN if ord(UNKNOWN) in known else "?"
                else:
                    own = other
            if found and found[-1][0] is own:
                found[-1] = (own, found[-1][1] + character)
            else:
                found.append((own, character))
        return found

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Return how wide `text` is, in points."""
        wide = 0.0
        for font, part in self.runs(text, bold):
            widths, usual = font.face.charWidths, font.face.defaultWidth
            wide += sum(widths.get(ord(character), usual) for character in part)
        return wide * size / 1000

    def _other(self, character: str) -> TTFont | None:
        if character in self._font_of:
            return self._font_of[character]
        there = (font for font in self._others if ord(character) in font.face.charToGlyph)
        found = next(there, None)
        if found is None and self._asked < ASKED_AT_MOST:
            self._asked += 1
            offered = _offered(f"sans-serif:charset={ord(character):x}", 1)
            found = next(
                (font for font in offered if ord(character) in font.face.charToGlyph), None
            )
            if found is not None:
                self._others.append(found)
        self._font_of[character] = found
        return found


def _first(pattern: str) -> TTFont:
    found = next(_offered(pattern, 8), None)
    if found is None:
        raise NoFont("There is no TrueType font on this machine: install one, such as DejaVu Sans.")
    return found


def _offered(pattern: str, most: int) -> Iterator[TTFont]:
    """Yield the fonts that fontconfig gives for `pattern`, best first, of those that can be embedded."""
    asked = ["fc-match", "-s", "-f", "%{file}\n", pattern]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise NoFont("fontconfig cannot be asked: its program fc-match is needed.") from error
    for file in told.stdout.splitlines()[:most]:
        if file in pdfmetrics.getRegisteredFontNames():
            yield pdfmetrics.getFont(file)
            continue
        try:
            font = TTFont(file, file)
        except TTFError:  # outlines of another kind
            continue
        pdfmetrics.registerFont(font)
        yield font


def _as_drawn(text: str) -> str:
    """Return `text` with what is read from the right turned round: letters only, none is joined."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    if not any(kind in _RTL for kind in kinds):
        return text
    found: list[str] = []
    place = 0
    while place < len(text):
        if kinds[place] not in _RTL:
            found.append(text[place])
            place += 1
            continue
        end = place
        for later in range(place, len(text)):
            if kinds[later] in _RTL:
                end = later + 1
            elif kinds[later] in ("L", "EN", "AN"):
                break
        found.append(text[place:end][::-1])
        place = end
    return "".join(found)
