"""The office's page where a collector's file of payments is brought in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enforcement.forms_escalation import CollectedForm
from enforcement.operations import collected as operations
from enforcement.queries import escalation
from enforcement.rules.tables import Fault
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on

PER_PAGE = 25


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def bring(request: HttpRequest) -> HttpResponse:
    """Show what collectors have paid; on a post, take a file of payments in and tell what was left out."""
    may_manage = request.user.may(Permission.ESCALATION_MANAGE)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CollectedForm(*sent)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied("Your role does not include this.")
        if form.is_valid():
            with refused_on(form):
                taken = operations.bring_payments(
                    form.cleaned_data["file"].read(), by=actor(request), at=timezone.now()
                )
                faults = taken.faults
                messages.success(
                    request, f"{taken.new} payments are new, {taken.known} were here before."
                )
                if not faults:
                    return redirect("office_escalation:collected")
    found = Paginator(escalation.collected(), PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = escalation.collected_rows(found.object_list)
    context = {"form": form, "faults": faults, "page": found, "may_manage": may_manage}
    status = 422 if form.errors or faults else 200
    return page(request, "enforcement/office/escalation/collected.html", context, status=status)
