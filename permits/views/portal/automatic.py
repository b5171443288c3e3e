"""A holder lets a permit renew by itself, or stops it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from payments.gateways.base import GatewayUnavailable
from payments.models import SavedCard
from permits import operations
from permits.queries import consents
from permits.queries.pages import permit_page
from permits.views.portal.owning import own_permit


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def automatic(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is agreed to; saying yes leads to the page where the card is saved. Stop is one tap."""
    now = timezone.now()
    permit = own_permit(request, number)
    if request.method == "POST" and request.POST.get("act") == "stop":
        operations.stop_renewing(permit.number, by=actor(request), at=now)
        messages.success(request, gettext("Your permit does not renew by itself any more."))
        return redirect("portal_permits:automatic", number=permit.number)
    if request.method == "POST":
        consent = operations.agree_to_renew(
            permit.number,
            language=translation.get_language() or "",
            by=actor(request),
            at=now,
        )
        return redirect(consent.card.redirect_url)
    try:
        found = operations.finish_agreeing(permit.number, by=actor(request), at=now)
    except GatewayUnavailable:
        # What becomes of the card is asked again whenever the page is looked at.
        found = consents.open_consent(permit)
    context = {
        "permit": permit,
        "shown": permit_page(permit, at=now),
        "consent": found,
        "is_saved": found is not None and found.card.state == SavedCard.State.SAVED,
        "decision": consents.may_agree(permit, at=now),
        "words": consents.words_for(permit, at=now),
        "charged_from": consents.charged_from(permit, at=now),
    }
    return page(request, "permits/portal/automatic.html", context)
