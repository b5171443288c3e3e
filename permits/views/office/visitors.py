"""A permit's visitors as staff see them: passes and guest links, and how to stop them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import act_of, actor, page, refusals_shown
from permits import operations
from permits.queries import guests
from permits.queries import permits as rows

PER_PAGE = 25


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def passes(request: HttpRequest, number: str) -> HttpResponse:
    """List the passes given out of a permit's allotment, the newest first, and its guest links."""
    now = timezone.now()
    permit = rows.permit(number)
    found = permit.passes.select_related("guest_link").order_by("-starts_at", "-pk")
    context = {
        "permit": permit,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "links": guests.links_of(permit, at=now),
        "now": now,
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
    }
    return page(request, "permits/office/passes.html", context, part="results")


@may(Permission.PERMIT_CHANGE)
@require_POST
@refusals_shown
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """End a pass or close a guest link of a permit."""
    now = timezone.now()
    permit = rows.permit(number)
    act, name = act_of(request)
    try:
        reference = str(UUID(name))
    except ValueError as error:
        raise NotFound("There is no such pass or link.") from error
    if act == "close":
        link = guests.link_of(permit, reference)
        operations.revoke_link(str(link.reference), by=actor(request), at=now)
        messages.success(request, f"The link {link.name} is closed. Passes taken by it stay.")
    elif act == "end" and permit.passes.filter(reference=reference).exists():
        given = operations.end_pass(reference, by=actor(request), at=now)
        messages.success(request, f"The pass of {given.plate_text} is ended.")
    else:
        raise NotFound("There is no such pass or link.")
    return redirect("office_permits:passes", number=permit.number)
