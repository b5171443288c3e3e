"""A citation in ESC/POS, the language of belt and receipt printers."""

import textwrap

from enforcement.printing.slip import Slip

COLUMNS = {58: 32, 80: 48}
"""Letters of font A that fit across the paper, by its width in millimeters."""

INITIALIZE = b"\x1b@"
WESTERN = b"\x1bt\x10"  # code page 16: Windows-1252
LEFT, CENTER = b"\x1ba\x00", b"\x1ba\x01"
PLAIN, BOLD = b"\x1bE\x00", b"\x1bE\x01"
SMALL, DOUBLE = b"\x1d!\x00", b"\x1d!\x11"
CUT = b"\x1dV\x42\x00"


def escpos(slip: Slip, *, width: int = 58) -> bytes:
    """Return the bytes to send to a printer whose paper is `width` millimeters wide."""
    columns = COLUMNS[width]
    out = [INITIALIZE, WESTERN, CENTER]
    out += [_text(line) for line in _wrapped(slip.issuer, columns)]
    out += [BOLD, *(_text(line) for line in _wrapped(slip.title.upper(), columns)), PLAIN]
    if slip.copy_told:
        out.append(_text(slip.copy_told))
    out += [BOLD, _text(slip.number), PLAIN, _text(""), LEFT]
    for row in slip.rows:
        label = _wrapped(row.label, columns)
        out += [_text(line) for line in label]
        if row.strong:
            larger = [_text(line) for line in _wrapped(row.text, columns // 2)]
            out += [DOUBLE, BOLD, *larger, PLAIN, SMALL]
        else:
            out += [BOLD, *(_text(line) for line in _wrapped(row.text, columns)), PLAIN]
    out += [_text(""), *(_text(line) for told in slip.told for line in _wrapped(told, columns))]
    out += [_text(""), CENTER, BOLD, _text(f"PIN {slip.pin}"), PLAIN, square(slip.link)]
    if slip.code:
        out.append(_text(slip.code))
    return b"".join([*out, feed(3), CUT])


def square(text: str, *, size: int = 5) -> bytes:
    """Return the commands that print `text` as a QR code: model 2, `size` dots a module, level M."""
    data = text.encode()
    store = len(data) + 3
    return b"".join(
        (
            b"\x1d(k\x04\x00\x31\x41\x32\x00",
            b"\x1d(k\x03\x00\x31\x43" + bytes([size]),
            b"\x1d(k\x03\x00\x31\x45\x31",
            b"\x1d(k" + bytes([store % 256, store // 256]) + b"\x31\x50\x30" + data,
            b"\x1d(k\x03\x00\x31\x51\x30",
        )
    )


def feed(lines: int) -> bytes:
    """Return the command that feeds so many lines."""
    return b"\x1bd" + bytes([lines])


def _text(line: str) -> bytes:
    """A line in the printer's code page. No control character of a name or note gets through."""
    plain = "".join(letter if letter.isprintable() else " " for letter in line)
    return plain.encode("cp1252", errors="replace") + b"\n"


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns) or [""]
