"""A holder offers a permit to somebody else; who is offered one takes or declines it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.customers import operations as customers
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms import EmailForm
from permits.models import Permit, PermitTransfer
from permits.operations.handing_on import GIFT, open_transfer
from permits.operations.transfers import require_no_next
from permits.queries import consents
from permits.queries.pages import permit_page
from permits.views.portal.owning import own_permit
from permits.views.posted import posted

OTHER_EMAIL = say("This is for another e-mail address. Sign in with the one it was sent to.")
asks = require_http_methods(["GET", "HEAD", "POST"])


@customer_only
@asks
@refusals_shown
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Ask to whom the permit goes, and write to them; an offer that waits can be taken back."""
    now = timezone.now()
    permit = own_permit(request, number)
    waiting = open_transfer(permit, at=now)
    form = EmailForm(posted(request))
    if request.method == "POST" and request.POST.get("act") == "withdraw":
        if waiting is not None:
            operations.decline_transfer(waiting.reference, by=actor(request), at=now)
            messages.success(request, gettext("The offer is taken back. The permit stays yours."))
        return redirect("portal_permits:detail", number=permit.number)
    if request.method == "POST" and form.is_valid():
        try:
            operations.offer_transfer(
                permit.number, to_email=form.cleaned_data["email"], by=actor(request), at=now
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, gettext("We wrote to them. Until they accept it is yours."))
            return redirect("portal_permits:transfer", number=permit.number)
    context = {
        "permit": permit,
        "shown": permit_page(permit, at=now),
        "why_not": _why_not(permit, now),
        "renewal_ends": consents.has_begun_next(permit, at=now),
        "form": form,
        "waiting": waiting,
        "fee": programme.in_force(now).programme.fee("transfer"),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/transfer.html", context, status=status)


def _why_not(permit: Permit, now: datetime) -> str:
    """Return why the permit stays with its holder now, "" if it may go."""
    try:
        require_no_next(permit, at=now)
    except Refused as refusal:
        return refusal.reason
    return ""


@customer_only
@never_cache
@asks
@refusals_shown
def gift(request: HttpRequest, token: str) -> HttpResponse:
    """Show an offered permit to whom it was offered, who takes or declines it."""
    now = timezone.now()
    try:
        reference = signing.unsign(token, purpose=GIFT)
    except BadSignature as error:
        raise NotFound("There is no such offer.") from error
    found = PermitTransfer.objects.select_related("permit", "giver").filter(reference=reference)
    offered = found.first()
    if offered is None:
        raise NotFound("There is no such offer.")
    me = customers.customer_for_user(request.user, at=now)
    if me.email.casefold() != offered.to_email.casefold():
        raise Refused("other_email", OTHER_EMAIL)
    if request.method == "POST" and request.POST.get("act") == "decline":
        operations.decline_transfer(reference, by=actor(request), at=now)
        return redirect("portal_permits:gift", token=token)
    if request.method == "POST":
        permit = operations.accept_transfer(reference, customer_id=me.pk, by=actor(request), at=now)
        return redirect("portal_permits:detail", number=permit.number)
    if offered.state == PermitTransfer.State.ACCEPTED and offered.permit.customer_id == me.pk:
        return redirect("portal_permits:detail", number=offered.permit.number)
    context = {
        "offered": offered,
        "is_open": offered.state == PermitTransfer.State.ASKED and offered.expires_at > now,
        "shown": permit_page(offered.permit, at=now),
        "fee": programme.in_force(now).programme.fee("transfer"),
    }
    return page(request, "permits/portal/gift.html", context)
