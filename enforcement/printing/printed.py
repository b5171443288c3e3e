"""A citation printed, in the form that was asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from enforcement.models import Citation
from enforcement.printing import paper
from enforcement.printing.escpos import escpos
from enforcement.printing.slip import Slip, slip_of
from enforcement.printing.zpl import zpl
from enforcement.queries import citations as citing
from parkops.ui.language import spoken_to

Form = Literal["pdf", "escpos", "zpl"]
FORMS: tuple[Form, ...] = ("pdf", "escpos", "zpl")
WIDTHS = (58, 80)

_TYPES = {"pdf": "application/pdf", "escpos": "application/octet-stream", "zpl": "text/plain"}
_ENDINGS = {"pdf": "pdf", "escpos": "bin", "zpl": "zpl"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What to send to the printer, or to open and print."""

    body: bytes
    content_type: str
    filename: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its answer: a PDF opens, the others are saved."""
        how = "inline" if self.content_type == _TYPES["pdf"] else "attachment"
        return {
            "Content-Disposition": f'{how}; filename="{self.filename}"',
            "Cache-Control": "no-store",
        }


def printed(citation: Citation, form: Form, *, width: int | None, at: datetime) -> Printed:
    """Return a citation as it stands, in the first language of the tenant. A PDF without a `width` is a
    sheet; belt printers have paper 58 or 80 mm wide, 58 if nothing is said."""
    with spoken_to():
        slip = slip_of(citing.standing_of(citation, at=at), copy=max(citation.prints, 1))
        body = _body(slip, form, width)
    return Printed(body, _TYPES[form], f"{citation.number}.{_ENDINGS[form]}")


def _body(slip: Slip, form: Form, width: int | None) -> bytes:
    if form == "escpos":
        return escpos(slip, width=width or WIDTHS[0])
    if form == "zpl":
        return zpl(slip, width=width or WIDTHS[0]).encode()
    return paper.sheet(slip) if width is None else paper.strip(slip, width=width)
