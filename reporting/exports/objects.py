"""A PDF as it is written: streams one after another, and its small objects many to a stream."""

import hashlib
import struct
import zlib
from collections.abc import Iterable
from itertools import islice

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PACK = 200
"""How many objects lie in a stream: at most 256, as the table has a byte for their place in it."""
_ENTRY = struct.Struct(
    ">BIB"
)  # directly or in a stream; at which byte, or in which stream; its place
_DIRECT, _PACKED = 1, 2


class Objects:
    """The objects of one file. Each has a number, under which others name it before it is written."""

    def __init__(self) -> None:
        self._file = bytearray(HEAD)
        self._table = bytearray(_ENTRY.size)

    @property
    def count(self) -> int:
        """How many numbers are given; the last one."""
        return len(self._table) // _ENTRY.size - 1

    def numbered(self, count: int = 1) -> int:
        """Give out so many numbers in a row; returns the first."""
        first = self.count + 1
        self._table += bytes(count * _ENTRY.size)
        return first

    def put(self, number: int, content: bytes) -> None:
        """Write an object by itself, from its number to its end."""
        self._enter(number, _DIRECT, len(self._file), 0)
        self._file += content

    def stream(self, content: bytes, more: str = "", *, is_plain: bool = False) -> int:
        """Write a stream; returns its number."""
        number = self.numbered()
        if not is_plain:
            content = zlib.compress(content)
            more += "/Filter/FlateDecode"
        head = f"{number} 0 obj\n<<{more}/Length {len(content)}>>\nstream\n".encode()
        self.put(number, head + content + b"\nendstream\nendobj\n")
        return number

    def pack(self, objects: Iterable[tuple[int, str]]) -> None:
        """Write many small objects, compressed together."""
        coming = iter(objects)
        while some := list(islice(coming, PACK)):
            heads, at = [], 0
            for number, content in some:
                heads.append(f"{number} {at}")
                at += len(content) + 1
            head = " ".join(heads) + "\n"
            body = "\n".join(content for _, content in some)
            stream = self.stream(
                (head + body).encode("ascii"), f"/Type/ObjStm/N {len(some)}/First {len(head)}"
            )
            for place, (number, _) in enumerate(some):
                self._enter(number, _PACKED, stream, place)

    def finished(self, root: int, info: int) -> bytes:
        """Write the table of all objects, and return the file."""
        start, number = len(self._file), self.numbered()
        self._enter(number, _DIRECT, start, 0)
        digest = hashlib.sha256(self._file).hexdigest()[:32]
        content = zlib.compress(_as_steps(self._table))
        size = self.count + 1
        self._file += (
            f"{number} 0 obj\n<</Type/XRef/Size {size}/W[1 4 1]/Root {root} 0 R/Info {info} 0 R"
            f"/ID[<{digest}><{digest}>]/DecodeParms<</Predictor 12/Columns {_ENTRY.size}>>"
            f"/Filter/FlateDecode/Length {len(content)}>>\nstream\n"
        ).encode()
        self._file += content + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(self._file)

    def _enter(self, number: int, kind: int, where: int, place: int) -> None:
        _ENTRY.pack_into(self._table, number * _ENTRY.size, kind, where, place)


def _as_steps(table: bytearray) -> bytearray:
    """Return each entry as the step from the one before, which takes next to no room."""
    wide = _ENTRY.size
    before = bytes(wide) + table[:-wide]
    steps = bytes((byte - other) & 255 for byte, other in zip(table, before, strict=True))
    rows = bytearray(len(table) // wide * (wide + 1))
    rows[:: wide + 1] = b"\2" * (len(table) // wide)
    for place in range(wide):
        rows[place + 1 :: wide + 1] = steps[place::wide]
    return rows


def text(told: str) -> str:
    """Return a text as an object says it, whatever is in it."""
    return f"<FEFF{told.encode('utf-16-be', 'replace').hex().upper()}>"
