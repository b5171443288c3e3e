"""The dashboards: today's figures by desk, each a link to its rows, kept live by polling."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from parkops.ui.parts import drawn_once
from parkops.ui.values import Tab
from reporting.dashboards import desks
from reporting.dashboards.desks import Desk
from reporting.dashboards.look import Look
from reporting.queries import arrangements, live, news
from reporting.queries import desks as waiting

FIGURE, PANEL = "reporting/office/_figure.html", "reporting/office/_panel.html"


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def today(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the day at a desk: the person's own first, or the one that is asked for."""
    return page(request, "reporting/office/today.html", _context(request, code, timezone.now()))


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def news_of(request: HttpRequest) -> HttpResponse:
    """Give the desk again if anything changed since version `v`; 204 when nothing did."""
    now = timezone.now()
    look = look_of(request, now)
    version = news.version_of(look.counts, look.waiting)
    if version == request.GET.get("v"):
        response = HttpResponse(status=204)
    else:
        context = _context(request, request.GET.get("desk", ""), now, look)
        response = render(request, "reporting/office/_live.html", context)
        response["Live-Version"] = version
    response["Cache-Control"] = "no-store"
    return response


def look_of(request: HttpRequest, now: datetime) -> Look:
    """Return what this person's dashboards are drawn from; part of other views."""
    user = request.user
    return Look(
        live.counts(now),
        waiting.desks(now),
        programme.in_force(now).programme,
        now,
        request.tenant.locale,
        str(user.pk),
        user.may,
    )


def desk_of(user: User, code: str) -> tuple[Desk, list[Desk]]:
    """Return the desk asked for, or the person's first, and all of theirs.

    :raises Http404: if it is not theirs.
    """
    theirs = desks.desks_of(user.roles)
    found = [desk for desk in theirs if desk.code == code] if code else theirs
    if not found:
        raise Http404("There is no such dashboard.")
    return found[0], theirs


def _context(
    request: HttpRequest, code: str, now: datetime, look: Look | None = None
) -> dict[str, Any]:
    look = look or look_of(request, now)
    desk, theirs = desk_of(request.user, code)
    figures, panels = desks.drawn(arrangements.pieces_of(desk, request.user), look)
    parts = [*((FIGURE, one) for one in figures), *((PANEL, one) for one in panels)]
    html = drawn_once(request, parts)
    return {
        "desk": desk,
        "tabs": [_tab(one, is_current=one == desk) for one in theirs] if len(theirs) > 1 else [],
        "version": news.version_of(look.counts, look.waiting),
        "now": now,
        "as_of": datetime.fromisoformat(look.counts.at),
        "day": date.fromisoformat(look.counts.day),
        "figures": html[: len(figures)],
        "alerts": desks.alerts(look),
        "panels": html[len(figures) :],
    }


def _tab(desk: Desk, *, is_current: bool) -> Tab:
    return Tab(desk.name, reverse("office_dashboard:desk", args=[desk.code]), current=is_current)
