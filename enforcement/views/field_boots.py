"""The officer's boots: what may be booted, what is ordered, what is to be taken off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enforcement.forms_boots import ApplyForm
from enforcement.operations import boot_cases as booting
from enforcement.operations import releases
from enforcement.queries import boot_cases as casing
from enforcement.queries import boot_pages
from enforcement.rules.holding import State
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse


@may(Permission.BOOT_ORDER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def home(request: HttpRequest) -> HttpResponse:
    """List what to take off, what is ordered and what may be booted; a tap orders, or leaves a notice."""
    now, by = timezone.now(), actor(request)
    if request.method == "POST":
        told: dict[str, Any] = {
            "plate": request.POST.get("plate", ""),
            "region": request.POST.get("region", ""),
            "by": by,
            "at": now,
        }
        if request.POST.get("act") == "notice":
            booting.leave_notice(**told)
            messages.success(request, "The notice is on record; its days run from now.")
            return redirect("field_boots:list")
        ordered = booting.order_boot(**told)
        return redirect("field_boots:case", ordered.number)
    ready, waiting = boot_pages.eligible(at=now)
    context = {
        "ready": ready,
        "waiting": waiting,
        "ordered": boot_pages.rows(list(casing.cases(State.ORDERED)), at=now),
        "to_go": boot_pages.rows(
            [one for one in casing.cases(State.RELEASED) if one.towed_at is None], at=now
        ),
        "booted": boot_pages.rows(list(casing.cases(State.BOOTED)), at=now),
    }
    return page(request, "enforcement/field/boots.html", context)


@may(Permission.BOOT_ORDER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case at the kerb; on a post, put the boot on, or note that it is off."""
    found, now, by = casing.case(number), timezone.now(), actor(request)
    asked = request.method == "POST"
    if asked and request.POST.get("act") == "end":
        releases.end_case(found.number, by=by, at=now)
        messages.success(request, "The boot is off.")
        return redirect("field_boots:list")
    devices = casing.free_devices()
    form = ApplyForm(request.POST if asked else None, request.FILES or None, devices=devices)
    if asked and form.is_valid():
        try:
            booting.apply_boot(
                found.number,
                device=form.cleaned_data["device"],
                spot=form.spot(request.session.get("field_zone", "")),
                files=form.read_files(),
                by=by,
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "The boot is on.")
            return redirect("field_boots:case", found.number)
    context = {"shown": boot_pages.case_page(found, at=now), "form": form}
    status = 422 if form.errors else 200
    return page(request, "enforcement/field/boot.html", context, status=status)
