"""The one way from a template to a PDF: tagged, titled, and fetching nothing from anywhere."""

import logging
import math
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from pypdf import PdfWriter
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from parkops.ui.brand import PLATFORM, brand_of
from parkops.ui.place import Place, place_of
from parkops.ui.words import locale_named

log = logging.getLogger(__name__)

SHEETS = ("css/pdf/paper.css",)
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE"})
_NOWHERE = "data:,"


class NothingFetched(URLFetcher):
    """Opens `data:` addresses, which the page itself carries, and nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what a `data:` address holds.

        :raises ValueError: for any other address, which WeasyPrint then leaves out.
        """
        if not url.lower().startswith("data:"):
            self.refused.append(url)
            log.warning("a PDF asked for an address outside itself, which was refused")
            raise ValueError("a PDF fetches nothing")
        return super().fetch(url, headers)


def render(template: str, context: Mapping[str, Any], *, sheets: tuple[str, ...] = SHEETS) -> bytes:
    """Return the PDF/UA-1 of `template`, which extends `ui/pdf/base.html`.

    `context` has the `tenant` whose paper it is. `sheets` are style sheets by their static names.
    """
    return paper(_page(template, context), sheets=sheets)


def render_strip(
    template: str, context: Mapping[str, Any], *, width: int, sheets: tuple[str, ...]
) -> bytes:
    """Return the PDF/UA-1 of `template` as one strip `width` millimeters wide, as long as it needs."""
    longest = f"{width}mm 5000mm"
    trial, styles = _laid_out(_page(template, {**context, "page_size": longest}), sheets)
    # The boxes are the page, its root element and its body; a pixel is 1/96 of an inch.
    body = trial.render(stylesheets=styles).pages[0]._page_box.children[0].children[0]
    height = math.ceil((body.position_y + body.margin_height()) * 25.4 / 96) + 1
    page = _page(template, {**context, "page_size": f"{width}mm {height}mm"})
    return paper(page, sheets=sheets)


def page_size(place: Place) -> str:
    """Return the size of the paper that people there have: letter or A4."""
    is_letter = locale_named(place.locale).territory in LETTER_COUNTRIES
    return "letter" if is_letter else "A4"


def _page(template: str, context: Mapping[str, Any]) -> str:
    tenant = context.get("tenant")
    place = place_of(tenant)
    given = {
        "brand": brand_of(tenant) if tenant is not None else PLATFORM,
        "place": place,
        "language": place.locale,
        "page_size": page_size(place),
        **context,
    }
    return render_to_string(template, given)


def paper(html: str, *, sheets: tuple[str, ...] = SHEETS) -> bytes:
    """Return the PDF/UA-1 of a whole HTML page."""
    page, styles = _laid_out(html, sheets)
    return page.write_pdf(stylesheets=styles, pdf_variant="pdf/ua-1", pdf_tags=True)


def _laid_out(html: str, sheets: tuple[str, ...]) -> tuple[HTML, list[CSS]]:
    fetcher = NothingFetched()
    styles = [CSS(string=sheet(name), url_fetcher=fetcher) for name in sheets]
    return HTML(string=html, base_url=_NOWHERE, url_fetcher=fetcher), styles


def sheet(name: str) -> str:
    """Return the text of the style sheet with this static name.

    :raises FileNotFoundError: if there is none.
    """
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"no style sheet is called {name}")
    return Path(found).read_text(encoding="utf-8")


def joined(parts: list[bytes]) -> bytes:
    """Return one PDF of all pages of `parts`, in order, for papers too long to lay out at once."""
    if len(parts) == 1:
        return parts[0]
    writer = PdfWriter()
    for part in parts:
        writer.append(BytesIO(part))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
