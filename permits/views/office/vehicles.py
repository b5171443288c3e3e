"""Vehicles in the office: who held a plate when, plates that several hold, temporary vehicles."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.kernel.plates import plate_key
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.place import place_of
from permits import operations
from permits.forms_vehicles import DecisionForm, TemporaryForm
from permits.queries import permits as rows
from permits.queries import vehicles
from permits.rules.plates import read_plates
from permits.views.posted import posted

PER_PAGE = 25
asks = require_http_methods(["GET", "HEAD", "POST"])


@may(Permission.CUSTOMER_VIEW)
@require_safe
def conflict_list(request: HttpRequest) -> HttpResponse:
    """List the plates that several customers hold and nobody has decided about."""
    shown = Paginator(vehicles.open_conflicts(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "conflicts": vehicles.conflicts(list(shown.object_list))}
    return page(request, "permits/office/conflicts.html", context, part="results")


@may(Permission.CUSTOMER_VIEW)
@require_safe
@refusals_shown
def plate_history(request: HttpRequest, plate: str) -> HttpResponse:
    """Show who held a plate when, and by which permits it had a right."""
    key = _key(plate)
    context = {
        "key": key,
        "holders": vehicles.holders_of_plate(key),
        "listings": vehicles.listings_of_plate(key),
    }
    if not context["holders"] and not context["listings"]:
        raise NotFound("This plate is not known here.")
    return page(request, "permits/office/plate.html", context)


@may(Permission.CUSTOMER_EDIT)
@asks
@refusals_shown
def decision(request: HttpRequest, plate: str) -> HttpResponse:
    """Ask whose a plate is that several customers hold, and keep the answer."""
    key = _key(plate)
    held = [row for row in vehicles.holders_of_plate(key) if row.removed_at is None]
    if not held:
        raise NotFound("Nobody holds this plate.")
    form = DecisionForm(posted(request), holders=[row.customer for row in held])
    if request.method == "POST" and form.is_valid():
        operations.decide_plate(
            key,
            owner_id=form.owner_id,
            evidence=form.cleaned_data["evidence"],
            by=actor(request),
            at=timezone.now(),
        )
        messages.success(request, f"It is decided whose {key} is.")
        return redirect("office_plates:history", plate=key)
    context = {"key": key, "form": form, "held": held}
    status = 422 if form.errors else 200
    return page(request, "permits/office/conflict.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def temporary(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a vehicle that stands on a permit for a while, and name it."""
    now = timezone.now()
    permit = rows.permit(number)
    listed = rows.plates_of([permit], at=now).get(permit.pk, ())
    form = TemporaryForm(
        posted(request), zone=place_of(request.tenant).zone, listed=[p.key for p in listed]
    )
    if request.method == "POST" and form.is_valid():
        operations.add_temporary_vehicle(
            permit.number,
            plate=read_plates([(form.cleaned_data["plate"], form.cleaned_data["region"])])[0],
            start=form.cleaned_data["start"],
            end=form.cleaned_data["end"],
            replaces=form.cleaned_data["replaces"],
            by=actor(request),
            at=now,
        )
        messages.success(request, "The temporary vehicle is named.")
        return redirect("office_permits:detail", number=permit.number)
    context = {"form": form, "permit": permit, "now": vehicles.temporary_of(permit, at=now)}
    status = 422 if form.errors else 200
    return page(request, "permits/office/temporary.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@require_POST
@refusals_shown
def end_temporary(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """End a temporary vehicle now."""
    operations.end_temporary_vehicle(number, reference, by=actor(request), at=timezone.now())
    messages.success(request, "The temporary vehicle is off the permit.")
    return redirect("office_permits:detail", number=number)


def _key(plate: str) -> str:
    try:
        return plate_key(plate)
    except ValueError as error:
        raise NotFound("This is no plate.") from error
