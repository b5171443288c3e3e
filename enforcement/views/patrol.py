"""Where a shift should go: suggested, and made into a beat that an officer walks."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enforcement.forms_dispatch import PatrolForm, PlanForm
from enforcement.operations import beats as walking
from enforcement.queries import citations as citing
from enforcement.queries.patrol import WEEKS, Suggested, suggested
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on

USUAL_HOURS = 4


@may(Permission.DISPATCH_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def patrol(request: HttpRequest) -> HttpResponse:
    """Suggest the stops of a shift, and why; make them a beat, for an officer if one is chosen."""
    now = timezone.now()
    form = PatrolForm(request.POST if request.method == "POST" else request.GET)
    found = _suggested(form, now)
    plan = PlanForm(request.POST if request.method == "POST" else None, initial=_named(found))
    may_manage = request.user.may(Permission.DISPATCH_MANAGE)
    if request.method == "POST" and not may_manage:
        raise PermissionDenied("Your role does not include planning of beats.")
    if request.method == "POST" and plan.is_valid():
        with refused_on(plan):
            found.decision.require()
            messages.success(request, _planned(plan.cleaned_data, found, actor(request), now))
            beats = reverse("office_dispatch:beats")
            return redirect(f"{beats}?on={found.on.isoformat()}")
    several = len(found.beats) > 1
    context: dict[str, Any] = {
        "form": form,
        "make_title": "Make them beats" if several else "Make it a beat",
        "make_text": "Make the beats" if several else "Make the beat",
        "plan": plan,
        "found": found,
        "may_manage": may_manage,
    }
    status = 422 if request.method == "POST" else 200
    template = "enforcement/office/dispatch/patrol.html"
    return page(request, template, context, part="results", status=status)


def _planned(told: dict[str, Any], found: Suggested, by: Actor, at: datetime) -> str:
    """Make the suggested stops beats, and say so."""
    name = told["name"]
    if len(found.zones) > 1:
        made = walking.plan_patrols(name=name, beats=found.zones, by=by, at=at)
        return f"{made[0].name} to {made[-1].name} are beats. Say who walks which."
    [zones] = found.zones or [[]]
    walking.plan_patrol(
        name=name, zones=zones, officer_ref=told["officer"], on=found.on, by=by, at=at
    )
    return f"{name} is a beat."


def _suggested(form: PatrolForm, now: datetime) -> Suggested:
    data = form.cleaned_data if form.is_valid() else {}
    local = now.astimezone(citing.tenant_zone())
    return suggested(
        on=data.get("on") or local_date(now, citing.tenant_zone()),
        first_hour=local.hour if data.get("hour") in (None, "") else data["hour"],
        hours=data.get("hours") or USUAL_HOURS,
        weeks=data.get("weeks") or WEEKS[0],
        officers=data.get("officers") or 1,
        at=now,
    )


def _named(found: Suggested) -> dict[str, str]:
    first = f" {found.stops[0].clock}" if found.stops else ""
    return {"name": f"{found.on:%A %-d %B}{first}"}
