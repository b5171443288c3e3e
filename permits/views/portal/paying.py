"""Paying for a permit whose place is held."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Refused
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from payments import gateways
from payments import operations as payments
from payments import pages as payment_pages
from permits.queries.in_parts import ways_of
from permits.queries.pages import permit_page
from permits.rules.status import Status
from permits.views.portal.owning import own_permit


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is to pay and until when the place is held; on a post, go to the card page."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    if not shown.owed or shown.status in (Status.CANCELLED, Status.REVOKED):
        return redirect("portal_permits:detail", number=permit.number)
    charge_ids = [row.id for row in shown.charges if not row.is_settled]
    back = reverse("portal_permits:detail", args=[permit.number])
    context = {
        "shown": shown,
        "transfer_url": payment_pages.transfer_path(charge_ids, return_path=back, at=now),
        "permit": permit,
        "has_parts": bool(ways_of(permit, at=now)),
        "takes_cards": gateways.takes_cards(request.tenant),
        "is_lapsed": permit.lapsed_at is not None,
    }
    if request.method == "POST":
        try:
            payment = payments.start_card_payment(
                charge_ids=charge_ids,
                return_path=back,
                email=permit.customer.email,
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            context["refusal"] = refusal
            return page(request, "permits/portal/pay.html", context, status=422)
        return redirect(payment.redirect_url)
    return page(request, "permits/portal/pay.html", context)
