"""Draws in the office: lotteries and waiting rooms, one with its proof and entries, and their file."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.files import csv_stream
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab
from permits import operations
from permits.forms_draws import DrawFilterForm, EntryFilterForm
from permits.models import Draw
from permits.queries import draw_pages, draws

PER_PAGE = 25


@may(Permission.PERMIT_VIEW)
@require_safe
def draw_list(request: HttpRequest) -> HttpResponse:
    """List lotteries and waiting rooms, narrowed by type and kind."""
    now = timezone.now()
    form = DrawFilterForm(request.GET or None, types=draw_pages.types(at=now))
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    kept = {key: said[key] for key in ("type", "kind") if said.get(key)}
    view = request.GET.get("view", "all")
    view = view if view in draw_pages.VIEWS else "all"
    found = draw_pages.matching(
        draw_pages.Filters(said.get("type", ""), said.get("kind", ""), view)
    )
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = draw_pages.rows_of(list(shown.object_list), at=now)
    counts = draw_pages.counts()
    context = {
        "page": shown,
        "form": form,
        "view": view,
        "tabs": [
            Tab(
                label,
                f"{reverse('office_draws:list')}?{urlencode({**kept, 'view': name})}",
                counts[name],
                current=name == view,
            )
            for name, label in draw_pages.VIEWS.items()
        ],
    }
    return page(request, "permits/office/draws.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a draw: its promise, its seed once drawn, whether it repeats, and who got what."""
    now = timezone.now()
    draw = draws.draw(reference)
    counts = draw_pages.outcomes_of(draw, at=now)
    form, said = _narrowed(request)
    found = draw_pages.entries(draw, **said, at=now)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = draw_pages.entry_rows(list(shown.object_list))
    (row,) = draw_pages.rows_of([draw], at=now)
    here = reverse("office_draws:detail", args=[draw.reference])
    context = {
        "row": row,
        "draw": draw,
        "is_lottery": draw.kind == Draw.Kind.LOTTERY,
        "form": form,
        "page": shown,
        "proof": draw_pages.proof(draw) if "repeat" in request.GET and draw.drawn_at else None,
        "file_query": urlencode({"q": said["text"], "outcome": said["outcome"]}),
        "figures": [
            (draw_pages.OUTCOMES[name][0], count, f"{here}?{urlencode({'outcome': name})}#results")
            for name, count in sorted(
                counts.items(), key=lambda one: list(draw_pages.OUTCOMES).index(one[0])
            )
        ],
    }
    return page(request, "permits/office/draw.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_GET
@refusals_shown
def export(request: HttpRequest, reference: UUID) -> StreamingHttpResponse:
    """Give a draw's entries as a file, narrowed as they are shown; who took it is recorded."""
    now = timezone.now()
    draw = draws.draw(reference)
    _, said = _narrowed(request)
    operations.record_export(
        "draw",
        str(draw.reference),
        rows=draw_pages.entries(draw, **said, at=now).count(),
        filters=said,
        by=actor(request),
        at=now,
    )
    lines = draw_pages.file_batches(draw, **said, at=now)
    return csv_stream(f"draw-{draw.type_code}.csv", lines, tenant=request.tenant)


def _narrowed(request: HttpRequest) -> tuple[EntryFilterForm, dict[str, Any]]:
    """Return the form of the entries' filters, and what they are narrowed to."""
    form = EntryFilterForm(
        request.GET or None,
        outcomes=[(name, label) for name, (label, _) in draw_pages.OUTCOMES.items()],
    )
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    text = said.get("q", "").replace("\x00", "")
    return form, {"text": text, "outcome": said.get("outcome", "")}
