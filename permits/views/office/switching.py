"""Staff switch a permit for another type: the difference first, then yes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms_desk import SwitchForm
from permits.models import Permit
from permits.queries import permits as rows
from permits.queries import switching
from permits.queries.pages import permit_page
from permits.views.posted import posted


@may(Permission.PERMIT_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def switch(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the new type and why, show the difference line by line, and switch."""
    now = timezone.now()
    permit = rows.permit(number)
    found = switching.choices(permit, by_staff=True, at=now)
    form = SwitchForm(
        posted(request), kinds=[(one.kind.code, one.kind.name) for one in found if one.offer]
    )
    context = {
        "form": form,
        "permit": permit,
        "shown": permit_page(permit, at=now),
        "refused": [one for one in found if one.refusal],
        "waiting": switching.open_switch(permit),
    }
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["permit_type"]
        try:
            if request.POST.get("act") == "switch":
                fresh = operations.switch_permit(
                    permit.number,
                    to=code,
                    channel=Permit.Channel.OFFICE,
                    reason=form.cleaned_data["reason"],
                    by=actor(request),
                    at=now,
                )
                messages.success(request, f"Permit {permit.number} is switched to {fresh.number}.")
                return redirect("office_permits:detail", number=fresh.number)
            context["offer"] = switching.switch_offer(permit, code, by_staff=True, at=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.errors else 200
    return page(request, "permits/office/switch.html", context, status=status)
