"""Where a customer buys a permit in parts: the days first, then yes and the first part."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Refused
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from payments import gateways
from permits.operations import in_parts as acting
from permits.queries.in_parts import in_parts
from permits.queries.pages import permit_page
from permits.views.portal.owning import own_permit


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def parts(request: HttpRequest, number: str) -> HttpResponse:
    """Show the ways of paying in parts with their days; on a post, agree and go to the card page."""
    now = timezone.now()
    permit = own_permit(request, number)
    if permit.paid_at is not None:
        return redirect("portal_permits:detail", number=permit.number)
    told = request.POST if request.method == "POST" else request.GET
    context = {
        "permit": permit,
        "shown": permit_page(permit, at=now),
        "told": in_parts(permit, told.get("way", ""), at=now),
        "takes_cards": gateways.takes_cards(request.tenant),
    }
    if request.method == "POST":
        try:
            payment = acting.open_card_page(
                permit.number,
                way=request.POST.get("way", ""),
                return_path=reverse("portal_permits:detail", args=[permit.number]),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            context["refusal"] = refusal
            return page(request, "permits/portal/in_parts.html", context, status=422)
        return redirect(payment.redirect_url)
    return page(request, "permits/portal/in_parts.html", context)
