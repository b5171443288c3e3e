"""A citation as a PDF: a sheet for any printer, or a strip as wide as a belt printer's paper."""

from enforcement.printing.slip import Slip
from parkops.ui import pdf
from payments import place


def sheet(slip: Slip) -> bytes:
    """Return a page of the tenant's size, letter or A4."""
    return pdf.render("enforcement/pdf/citation.html", {"tenant": place.tenant(), "slip": slip})


def strip(slip: Slip, *, width: int = 58) -> bytes:
    """Return one page `width` millimeters wide and as long as it needs."""
    context = {"tenant": place.tenant(), "slip": slip}
    return pdf.render_strip(
        "enforcement/pdf/strip.html", context, width=width, sheets=("css/pdf/strip.css",)
    )
