"""A holder switches a permit for another type: which, what it comes to, and yes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.texts import joined, say
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.speech import said
from parkops.ui.values import Option
from permits import operations
from permits.forms import ChoiceForm
from permits.models import Permit
from permits.queries import switching
from permits.queries.pages import permit_page
from permits.queries.switching import SwitchChoice
from permits.rules.grants import describe_grants
from permits.views.portal.owning import own_permit
from permits.views.posted import posted


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def switch(request: HttpRequest, number: str) -> HttpResponse:
    """Ask which permit to have instead, show the difference line by line, and switch."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    code = request.POST.get("to") or request.GET.get("permit_type", "")
    if code:
        offer = switching.switch_offer(permit, code, at=now)
        if request.method == "POST":
            fresh = operations.switch_permit(
                permit.number,
                to=offer.kind.code,
                channel=Permit.Channel.PORTAL,
                by=actor(request),
                at=now,
            )
            if fresh.paid_at is None:
                return redirect("portal_permits:pay", number=fresh.number)
            text = say("You switched to {kind}.", kind=offer.kind.name)
            messages.success(request, said(text))
            return redirect("portal_permits:detail", number=fresh.number)
        context = {"shown": shown, "permit": permit, "offer": offer, "old": shown.kind}
        return page(request, "permits/portal/switch_check.html", context)
    found = switching.choices(permit, at=now)
    open_codes = [choice.kind.code for choice in found if choice.offer]
    context = {
        "shown": shown,
        "permit": permit,
        "form": ChoiceForm(posted(request), codes=open_codes),
        "options": [_option(choice) for choice in found],
        "waiting": switching.open_switch(permit),
        "has_open": bool(open_codes),
    }
    return page(request, "permits/portal/switch.html", context)


def _option(choice: SwitchChoice) -> Option:
    """Return a type as a choice: its price is the difference."""
    if choice.offer is None:
        return Option(
            value=choice.kind.code,
            label=choice.kind.name,
            refused=choice.refusal.reason if choice.refusal else "",
        )
    offer = choice.offer
    grants = describe_grants(offer.kind.grants, offer.in_force.programme)
    why = [say("{grant}.", grant=text) for text in grants]
    came = offer.difference
    if came.back:
        why.append(say("{amount} comes back.", amount=came.back))
    elif not came.total:
        why.append(say("It costs nothing more."))
    return Option(
        value=offer.kind.code,
        label=offer.kind.name,
        why=joined(why),
        price=offer.to_pay if offer.to_pay else None,
    )
