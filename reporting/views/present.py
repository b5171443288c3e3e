"""What is behind the figure of how full zones are."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import page
from reporting.forms import PresentForm
from reporting.queries import present

PER_PAGE = 50


@may(Permission.CITATION_VIEW)
@require_safe
def vehicles(request: HttpRequest) -> HttpResponse:
    """Show how full each zone is believed to be and why, with the vehicles that are known there."""
    now = timezone.now()
    everywhere = present.zones(now)
    form = PresentForm(request.GET, zones=[(one.code, one.name) for one in everywhere])
    zone = form.cleaned_data["zone"] if form.is_valid() else ""
    found = present.vehicles(now, zone=zone)
    shown: Page[Any] = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": shown,
        "now": now,
        "zones": [one for one in everywhere if zone in ("", one.code)],
    }
    return page(request, "reporting/office/present.html", context, part="results")
