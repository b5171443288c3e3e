"""A holder names a car for some days."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import NotFound, Refused
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.place import place_of
from parkops.ui.speech import said
from permits import operations
from permits.forms_vehicles import TemporaryForm
from permits.models import Permit
from permits.queries import permits as rows
from permits.queries import vehicles
from permits.rules.plates import read_plates
from permits.views.portal.owning import own_permit
from permits.views.posted import posted


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def temporary(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a car and its days, and name it; or end one."""
    now = timezone.now()
    permit = own_permit(request, number)
    if request.POST.get("end"):
        return _end(request, permit)
    listed = rows.plates_of([permit], at=now).get(permit.pk, ())
    form = TemporaryForm(
        posted(request), zone=place_of(request.tenant).zone, listed=[p.key for p in listed]
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            operations.add_temporary_vehicle(
                permit.number,
                plate=read_plates([(told["plate"], told["region"])])[0],
                start=told["start"],
                end=told["end"],
                replaces=told["replaces"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, gettext("This car is on your permit for those days."))
            return redirect("portal_permits:detail", number=permit.number)
    context = {
        "form": form,
        "permit": permit,
        "now": vehicles.temporary_of(permit, at=now),
        "rule": rows.type_of(permit).vehicles.temporary,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/temporary.html", context, status=status)


def _end(request: HttpRequest, permit: Permit) -> HttpResponse:
    try:
        reference = UUID(request.POST["end"])
    except ValueError as error:
        raise NotFound("There is no such temporary vehicle.") from error
    operations.end_temporary_vehicle(permit.number, reference, by=actor(request), at=timezone.now())
    return redirect("portal_permits:detail", number=permit.number)
