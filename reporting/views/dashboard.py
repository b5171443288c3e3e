"""The dashboard: today's figures, each a link to its rows, kept live by polling."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from reporting import dashboards
from reporting.queries import feed
from reporting.queries import live as figures


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def today(request: HttpRequest) -> HttpResponse:
    """Show the day."""
    return page(request, "reporting/office/today.html", _context(request, timezone.now()))


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def live(request: HttpRequest) -> HttpResponse:
    """Give the parts of the page that changed since version `v`; 204 when nothing did."""
    now = timezone.now()
    if figures.counts(now).version == request.GET.get("v"):
        response = HttpResponse(status=204)
    else:
        context = _context(request, now)
        response = render(request, "reporting/office/_live.html", context)
        response["Live-Version"] = context["counts"].version
    response["Cache-Control"] = "no-store"
    return response


def _context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    counts = figures.counts(now)
    rules = programme.in_force(now).programme
    return {
        "counts": counts,
        "now": now,
        "day": date.fromisoformat(counts.day),
        "stats": dashboards.stats(counts, locale=request.tenant.locale),
        "queues": dashboards.queues(counts),
        "todo": dashboards.todo(counts, now=now),
        "zones": dashboards.zones(counts),
        "zone_map": dashboards.zone_map(rules, counts),
        "hours": dashboards.citations_by_hour(counts),
        "events": feed.just_now(now, currency=counts.currency),
    }
