"""The officer's page of what cameras found nearby; it keeps itself fresh."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.cameras import hits, operations
from enforcement.queries import field
from enforcement.views.field import ZONE
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown


@may(Permission.PLATE_CHECK)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the hits on the officer's beat or in the zone, the newest first."""
    return page(request, "enforcement/field/hits.html", _shown(request))


@may(Permission.PLATE_CHECK)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The list, if it has changed since the version that the page has; else 204."""
    context = _shown(request)
    if context["version"] == request.GET.get("v"):
        response = HttpResponse(status=204)
    else:
        response = page(request, "enforcement/field/hits_live.html", context)
        response["Live-Version"] = context["version"]
    response["Cache-Control"] = "no-store"
    return response


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def go(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Go to a hit: it is this officer's, and its check is shown."""
    check = operations.go_to_hit(reference, by=actor(request), at=timezone.now())
    request.session[ZONE] = check.zone_code
    return redirect("field:verdict", check.reference)


def _shown(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    zone = field.zone_named(request.session.get(ZONE, ""), at=now)
    rows = hits.hits_for(actor(request).ref, zone.code if zone else "", at=now)
    return {"rows": rows, "zone": zone, "version": hits.version_of(rows), "now": now}
