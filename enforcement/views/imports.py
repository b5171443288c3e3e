"""Imports in the office: what was brought over, and undoing it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.imports import operations, queries
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

PER_PAGE = 50


@may(Permission.IMPORT_VIEW)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the imports, newest first."""
    rows = Paginator(queries.imports(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": rows, "may_bring": request.user.may(Permission.IMPORT_UNDO)}
    return page(request, "enforcement/office/imports/list.html", context, part="results")


@may(Permission.IMPORT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, batch: int) -> HttpResponse:
    """Show one import, and whether it can be undone."""
    found = queries.import_of(batch)
    context = {
        "batch": found,
        "undoing": queries.may_undo(found),
        "may_ask": request.user.may(Permission.IMPORT_UNDO),
        "newest": queries.citations_of(found, limit=10),
        "counts": queries.counts_of(found, limit=10),
        "noun": queries.noun_of(found),
    }
    return page(request, "enforcement/office/imports/detail.html", context)


@may(Permission.IMPORT_UNDO)
@require_POST
@refusals_shown
def undo(request: HttpRequest, batch: int) -> HttpResponse:
    """Undo an import and go back to it."""
    gone = operations.undo_import(batch, by=actor(request), at=timezone.now())
    noun = queries.noun_of(queries.import_of(batch))
    messages.success(request, f"Import {batch} is undone. {gone:,} {noun} were removed.")
    return redirect("office_imports:detail", batch=batch)
