"""The standing lists of vehicles whose time is up or soon will be."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.models import PlateCheck
from enforcement.operations import checks as checking
from enforcement.operations import observations
from enforcement.queries import due as queries
from enforcement.queries import field
from enforcement.queries.checks import Look
from enforcement.views.field import ZONE
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown


@may(Permission.PLATE_CHECK)
@require_safe
def on_the_way(request: HttpRequest) -> HttpResponse:
    """List the chalked vehicles to go back to, in the officer's zone or in all."""
    now = timezone.now()
    zone = field.zone_named(request.session.get(ZONE, ""), at=now)
    is_all = zone is None or not zone.is_timed or request.GET.get("all") == "1"
    rows = queries.due(at=now, zone="" if is_all or zone is None else zone.code)
    context = {"rows": rows, "zone": zone, "is_all": is_all, "now": now}
    return page(request, "enforcement/field/due.html", context)


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def check(request: HttpRequest) -> HttpResponse:
    """Look at a vehicle of the list, where it was chalked."""
    now = timezone.now()
    look = Look(
        request.POST.get("plate", ""),
        request.POST.get("region", "")[:16],
        request.POST.get("zone", ""),
        now,
    )
    checked = checking.check_plate(look, source=PlateCheck.Source.FIELD, by=actor(request), at=now)
    request.session[ZONE] = checked.answer.zone.code
    return redirect("field:verdict", checked.record.reference)


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def gone(request: HttpRequest) -> HttpResponse:
    """Mark that a vehicle of the list stands there no more: its stay is over."""
    now = timezone.now()
    plate = request.POST.get("plate", "")
    observations.observe(
        plate=plate,
        region=request.POST.get("region", "")[:16],
        zone=request.POST.get("zone", ""),
        seen_at=now,
        is_gone=True,
        by=actor(request),
        at=now,
    )
    messages.success(request, f"{plate} is gone. Its stay is over.")
    return redirect("field:due")


@may(Permission.CITATION_VIEW)
@require_safe
def in_the_office(request: HttpRequest) -> HttpResponse:
    """List them for the office, all zones."""
    now = timezone.now()
    context = {"rows": queries.due(at=now), "now": now}
    return page(request, "enforcement/office/due.html", context)
