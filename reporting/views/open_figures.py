"""Open data and free spaces: what anybody reads, what other sites frame."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from parkops.api import limits
from parkops.programme import queries as programme
from parkops.ui import maps
from parkops.ui.access import public
from parkops.ui.files import csv_file
from parkops.ui.pages import page, refusals_shown
from parkops.ui.speech import said
from reporting.datasets import month_of
from reporting.models import Opening
from reporting.opendata import apds
from reporting.opendata.sets import OpenColumn
from reporting.queries import opening as queries
from reporting.rules.hiding import FEWER, WITHHELD

ASKS_A_MINUTE = 60
KEPT_SECONDS = 3600
PER_PAGE = 50
"""So many rows of a set are on a page; its files have all."""


@public
@require_safe
@refusals_shown
def index(request: HttpRequest) -> HttpResponse:
    """List the sets of open data, with what their columns say and under which license they are."""
    _require_calm(request)
    opening = queries.opening()
    if opening is None or not opening.opens_data:
        raise Http404("No figures are open here.")
    context = {"opening": opening, "sets": queries.open_sets()}
    return page(request, "reporting/portal/open_data.html", context)


@public
@require_safe
@refusals_shown
def table(request: HttpRequest, code: str) -> HttpResponse:
    """Show a set as a table, a page at a time."""
    _require_calm(request)
    found = queries.open_set(code)
    listed = Paginator(found.figures.rows, PER_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "set": found.about,
        "figures": found.figures,
        "opening": queries.opening(),
        "rows": _told(found, listed.object_list),
        "page": listed,
    }
    return page(request, "reporting/portal/open_set.html", context)


@public
@require_safe
@refusals_shown
def csv(request: HttpRequest, code: str) -> HttpResponse:
    """Give a set as CSV."""
    _require_calm(request)
    found = queries.open_set(code)
    keys = [column.key for column in found.about.columns]
    response = csv_file(f"{code}.csv", [keys, *_cells(found, found.figures.rows)])
    return _for_anybody(response)


@public
@require_safe
@refusals_shown
def json(request: HttpRequest, code: str) -> HttpResponse:
    """Give a set as JSON, with what its columns say."""
    _require_calm(request)
    found, opening = queries.open_set(code), _open()
    told = {
        "title": str(found.about.name),
        "about": str(found.about.about),
        "publisher": request.tenant.name,
        "license": opening.license,
        "until": found.figures.until_on.isoformat(),
        "made_at": found.figures.made_at.isoformat(),
        "columns": [
            {"key": one.key, "title": str(one.title), "kind": one.kind, "about": str(one.told)}
            for one in found.about.columns
        ],
        "rows": found.figures.rows,
    }
    return _for_anybody(JsonResponse(told))


@public
@require_safe
@refusals_shown
def spaces(request: HttpRequest) -> HttpResponse:
    """Show how many spaces are free in each zone, for a frame in another site's page; no cookie is set."""
    _require_calm(request)
    opening = _open_spaces()
    found = queries.free_spaces(timezone.now())
    places = [
        maps.Place(zone.code, zone.geometry, note=_note(zone), tone=zone.tone)
        for zone in found.zones
        if zone.geometry is not None
    ]
    context = {
        "spaces": found,
        "map": maps.draw(places, title=gettext("Map of free spaces"), width=600),
        "language": get_language(),
    }
    response: Any = page(request, "reporting/portal/free_spaces.html", context, part="spaces")
    response._csp_replace = {"frame-ancestors": opening.framed_by or ["*"]}
    response.xframe_options_exempt = True
    patch_cache_control(response, public=True, max_age=queries.KEPT_SECONDS)
    return response


@public
@require_safe
@refusals_shown
def apds_places(request: HttpRequest) -> HttpResponse:
    """Give the zones with their supply and demand as APDS shapes them."""
    _require_calm(request)
    _open_spaces()
    now = timezone.now()
    found = programme.in_force(now)
    told = apds.places(
        queries.free_spaces(now), found=found, language=found.programme.head.locale.split("-")[0]
    )
    return _for_anybody(JsonResponse(told), seconds=queries.KEPT_SECONDS)


def _open() -> Opening:
    opening = queries.opening()
    if opening is None:
        raise Http404("No figures are open here.")
    return opening


def _open_spaces() -> Opening:
    opening = _open()
    if not opening.opens_spaces:
        raise Http404("The free spaces are not shown here.")
    return opening


def _require_calm(request: HttpRequest) -> None:
    limits.require_calm(request, "open-figures", per_minute=ASKS_A_MINUTE)


def _for_anybody(response: HttpResponse, *, seconds: int = KEPT_SECONDS) -> HttpResponse:
    """Let any site and any cache have it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _cells(found: queries.Open, rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    keys = [column.key for column in found.about.columns]
    return [["" if row.get(key) is None else row[key] for key in keys] for row in rows]


def _told(
    found: queries.Open, rows: Sequence[dict[str, Any]]
) -> list[list[tuple[Any, OpenColumn]]]:
    """Return the cells of a page, each with its column: months as days, the rest in the reader's words."""
    words = {str(one): said(one) for one in (FEWER, WITHHELD)}

    def told(cell: Any, column: OpenColumn) -> Any:
        if column.kind == "month":
            return month_of(cell)
        if column.key == "weekday":
            return WEEKDAYS[cell - 1]
        return words.get(cell, cell)

    columns = found.about.columns
    return [
        [(told(cell, column), column) for cell, column in zip(row, columns, strict=True)]
        for row in _cells(found, rows)
    ]


def _note(zone: queries.Space) -> str:
    return "" if zone.free is None else gettext("%(free)s free") % {"free": zone.free}
