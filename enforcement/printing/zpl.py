"""A citation in ZPL, the language of Zebra's belt printers."""

import textwrap
from dataclasses import dataclass, field

from enforcement.printing.slip import Slip

DOTS = {58: 384, 80: 576}
"""Printable dots across the paper at 203 dpi, by its width in millimeters."""
MARGIN = 12


@dataclass(slots=True)
class Label:
    """A label that grows downwards."""

    width: int
    y: int = MARGIN
    fields: list[str] = field(default_factory=list)

    def text(self, text: str, *, height: int = 24, center: bool = False) -> None:
        """Add a paragraph. A letter is about half as wide as it is high."""
        inside = self.width - 2 * MARGIN
        lines = textwrap.wrap(text, max(inside * 2 // height, 1)) or [""]
        for line in lines:
            block = f"^FB{inside},1,0,{'C' if center else 'L'}"
            self.fields.append(
                f"^FO{MARGIN},{self.y}^A0N,{height},{height}{block}^FH^FD{escaped(line)}^FS"
            )
            self.y += height + 4

    def square(self, text: str, *, size: int = 5) -> None:
        """Add a QR code: model 2, `size` dots a module, level M."""
        self.fields.append(f"^FO{self.width // 4},{self.y}^BQN,2,{size}^FH^FDMA,{escaped(text)}^FS")
        self.y += 49 * size

    def gap(self, dots: int = 12) -> None:
        """Leave some room."""
        self.y += dots

    def __str__(self) -> str:
        head = f"^XA^CI28^PW{self.width}^LL{self.y + MARGIN}^LH0,0"
        return "\n".join([head, *self.fields, "^XZ", ""])


def zpl(slip: Slip, *, width: int = 58) -> str:
    """Return the label to send to a printer whose paper is `width` millimeters wide."""
    label = Label(DOTS[width])
    label.text(slip.issuer, center=True)
    label.text(slip.title.upper(), height=32, center=True)
    if slip.copy_told:
        label.text(slip.copy_told, center=True)
    label.text(slip.number, height=32, center=True)
    label.gap()
    for row in slip.rows:
        label.text(row.label, height=20)
        label.text(row.text, height=44 if row.strong else 26)
    label.gap()
    for told in slip.told:
        label.text(told, height=22)
    label.gap()
    label.text(f"PIN {slip.pin}", height=32, center=True)
    label.square(slip.link)
    if slip.code:
        label.text(slip.code, height=28, center=True)
    return str(label)


def escaped(text: str) -> str:
    """Return `text` as the data of a field that begins with ^FH: no command of ZPL is in it."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("_", "_5F").replace("^", "_5E").replace("~", "_7E")
