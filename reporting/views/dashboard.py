"""The dashboards: today's figures by desk, each a link to its rows, kept live by polling."""

from collections.abc import Callable
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
from parkops.ui import words
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from parkops.ui.parts import drawn_once, swapped_in
from parkops.ui.place import place_of
from parkops.ui.values import Tab
from reporting.dashboards import desks
from reporting.dashboards.desks import Desk
from reporting.dashboards.look import Look
from reporting.queries import arrangements, live, news, viewers
from reporting.queries import desks as waiting
from reporting.queries.viewers import Viewer

FIGURE, PANEL = "reporting/office/_figure.html", "reporting/office/_panel.html"
ALERTS, DAY = "reporting/office/_alerts.html", "reporting/office/_day.html"

Part = tuple[str, tuple[str, Any]]


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def today(request: HttpRequest, code: str = "") -> HttpResponse:
    """Show the day at a desk: the person's own first, or the one that is asked for."""
    look = look_of(request, timezone.now())
    desk, _ = desk_of(request.user, code)
    pieces = arrangements.pieces_of(desk, request.user)
    return page(request, "reporting/office/today.html", _context(request, desk, look, pieces))


@may(Permission.DASHBOARD_VIEW)
@require_safe
@refusals_shown
def news_of(request: HttpRequest) -> HttpResponse:
    """Give what changed on the desk since version `v`, all of it if that is not known; 204 when nothing did."""
    now, user = timezone.now(), request.user
    desk, _ = desk_of(user, request.GET.get("desk", ""))
    pieces = arrangements.pieces_of(desk, user)
    look = look_of(request, now)
    response = news_at(request, look, pieces)
    if response is None:
        response = render(
            request, "reporting/office/_live.html", _context(request, desk, look, pieces)
        )
        _head(response, request, look, pieces)
    session = request.session.session_key or ""
    viewers.remember(session, desk.code, user=user, pieces=pieces, at=now)
    return response


def news_for(request: HttpRequest, viewer: Viewer) -> HttpResponse | None:
    """Return what changed on the desk of somebody who is known; None if they are to be given all of it."""
    look = _look(request, timezone.now(), str(viewer.user), viewer.may)
    return news_at(request, look, list(viewer.pieces))


def news_at(request: HttpRequest, look: Look, pieces: list[str]) -> HttpResponse | None:
    """Return what changed since version `v`; None if what was shown then is not known."""
    shown = request.GET.get("v", "")
    changed = news.changed_since(shown, look.counts, look.waiting, pieces)
    if changed is None:
        return None
    if _version(look, pieces) == shown:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    parts = _parts(look, desks.changed_of(pieces, changed))
    if look.waiting.limits or "limits" in changed:
        parts.append(_alerts(look))
    if "day" in changed:
        parts.append(_day(look))
    html = drawn_once(request, [part for _, part in parts])
    response = HttpResponse("".join(map(swapped_in, [anchor for anchor, _ in parts], html)))
    _head(response, request, look, pieces)
    return response


def _head(response: HttpResponse, request: HttpRequest, look: Look, pieces: list[str]) -> None:
    response["Live-Version"] = _version(look, pieces)
    response["Live-Written"] = _written(request, look)
    response["Cache-Control"] = "no-store"


def look_of(request: HttpRequest, now: datetime) -> Look:
    """Return what this person's dashboards are drawn from; part of other views."""
    return _look(request, now, str(request.user.pk), request.user.may)


def _look(
    request: HttpRequest, now: datetime, ref: str, may_see: Callable[[Permission], bool]
) -> Look:
    found = getattr(request, "found", None)
    counts = live.counts(now, found)
    return Look(
        counts,
        waiting.desks(now, found),
        programme.version(counts.programme).programme,
        now,
        request.tenant.locale,
        ref,
        may_see,
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


def _version(look: Look, pieces: list[str]) -> str:
    return news.version_of(look.counts, look.waiting, pieces)


def _context(request: HttpRequest, desk: Desk, look: Look, pieces: list[str]) -> dict[str, Any]:
    _, theirs = desk_of(request.user, desk.code)
    day = _day(look)
    parts = [day, _alerts(look), *_parts(look, pieces)]
    lead, alerts, *html = drawn_once(request, [part for _, part in parts])
    figures = [desks.is_figure(code) for code in pieces].count(True)
    return {
        "desk": desk,
        "tabs": [_tab(one, is_current=one == desk) for one in theirs] if len(theirs) > 1 else [],
        "version": _version(look, pieces),
        "now": look.now,
        "day": lead,
        "day_in_place": swapped_in(day[0], lead),
        "written": _written(request, look),
        "alerts": alerts,
        "figures": html[:figures],
        "panels": html[figures:],
    }


def _parts(look: Look, pieces: list[str]) -> list[Part]:
    """The figures and the panels: the id of each on the page, its template, and what it draws."""
    figures, panels = desks.drawn(pieces, look)
    return [
        *((one.code, (FIGURE, one)) for one in figures),
        *((f"panel-{one.code}", (PANEL, one)) for one in panels),
    ]


def _alerts(look: Look) -> Part:
    return "desk-alerts", (ALERTS, desks.Alerts(desks.alerts(look)))


def _day(look: Look) -> Part:
    return "desk-day", (DAY, date.fromisoformat(look.counts.day))


def _written(request: HttpRequest, look: Look) -> str:
    """From when the figures are, as it stands on paper."""
    place = place_of(request.tenant)
    at = datetime.fromisoformat(look.counts.at)
    return words.instant_text(at, place.zone, place.locale, long=True)


def _tab(desk: Desk, *, is_current: bool) -> Tab:
    return Tab(desk.name, reverse("office_dashboard:desk", args=[desk.code]), current=is_current)
