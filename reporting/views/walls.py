"""Walls: the figures full screen, in the office and on screens that do not sign in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may, public
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from reporting.dashboards import walls
from reporting.dashboards.look import Look
from reporting.forms_desks import ScreenForm
from reporting.operations import walls as operations
from reporting.queries import desks, live, news
from reporting.queries import walls as queries
from reporting.views.dashboard import look_of


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def office(request: HttpRequest) -> HttpResponse:
    """Show a wall with everything that this person may see."""
    look = look_of(request, timezone.now())
    theme = "light" if request.GET.get("theme") == "light" else "dark"
    return _wall(request, look, walls.pieces_of(look), theme=theme)


@public
@require_safe
@refusals_shown
def screen(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a screen was set up with, to whoever has its address, until it is revoked."""
    shown = queries.screen_of(token)
    now = timezone.now()
    look = Look(
        live.counts(now),
        desks.desks(now),
        programme.in_force(now).programme,
        now,
        request.tenant.locale,
        "",
        lambda _permission: False,
    )
    response = _wall(request, look, shown.pieces, theme=shown.theme)
    response["X-Robots-Tag"] = "noindex"
    return response


@may(Permission.DASHBOARD_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def screen_list(request: HttpRequest) -> HttpResponse:
    """List the screens with their addresses; on a post, set one up."""
    form = ScreenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            made = operations.set_up_screen(
                **form.cleaned_data, by=actor(request), at=timezone.now()
            )
            messages.success(request, f"{made.name} is set up. Open its address on the screen.")
            return redirect("office_dashboard:screens")
    rows = [
        {
            "screen": one,
            "address": "" if one.revoked_at else queries.address_of(one),
            "pieces": [walls.FIT[code] for code in one.pieces if code in walls.FIT],
        }
        for one in queries.screens()
    ]
    status = 422 if form.errors else 200
    return page(
        request, "reporting/office/screens.html", {"rows": rows, "form": form}, status=status
    )


@may(Permission.DASHBOARD_MANAGE)
@require_POST
@refusals_shown
def revoke(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Let the address of a screen lead nowhere."""
    gone = operations.revoke_screen(reference, by=actor(request), at=timezone.now())
    messages.success(request, f"{gone.name} shows nothing any more.")
    return redirect("office_dashboard:screens")


def _wall(request: HttpRequest, look: Look, pieces: list[str], *, theme: str) -> HttpResponse:
    """The whole wall, or for a poll with `v` what changed."""
    version = news.version_of(look.counts, look.waiting)
    asked = request.GET.get("v")
    context: dict[str, Any] = {
        "wall": walls.drawn(pieces, look),
        "theme": theme,
        "now": look.now,
        "version": version,
    }
    if asked is None:
        return page(request, "reporting/wall/wall.html", context)
    if asked == version:
        response = HttpResponse(status=204)
    else:
        response = render(request, "reporting/wall/_wall.html", {**context, "oob": True})
        response["Live-Version"] = version
    response["Cache-Control"] = "no-store"
    return response
