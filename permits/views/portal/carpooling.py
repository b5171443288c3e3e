"""The carpool's pages: the holder invites, who was invited joins and leaves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.api import limits
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import customer_only, public
from parkops.ui.pages import act_of, actor, page, refusals_shown, refuse
from parkops.ui.speech import said
from permits import operations
from permits.forms_carpools import InviteForm, JoinForm
from permits.queries import carpools
from permits.queries.permits import type_of
from permits.rules.grants import describe_grants
from permits.rules.plates import read_plates
from permits.views.portal.owning import own_permit
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])
TRIES_A_MINUTE = 20


@customer_only
@asks
@refusals_shown
def carpool(request: HttpRequest, number: str) -> HttpResponse:
    """Show who shares a permit, invite somebody, or end a membership."""
    now = timezone.now()
    permit = own_permit(request, number)
    pool = carpools.pool_of(permit)
    if pool is None:
        raise NotFound("Nobody shares this permit.")
    act, reference = act_of(request)
    if act == "end":
        member = next((row for row in pool.members if str(row.reference) == reference), None)
        if member is None:
            raise NotFound("There is no such member.")
        operations.leave_carpool(member.reference, by=actor(request), at=now)
        messages.success(request, said(say("{who} is no longer in.", who=member.email)))
        return redirect("portal_permits:carpool", number=permit.number)
    form = InviteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            email = form.cleaned_data["email"]
            operations.invite_to_carpool(permit.number, email=email, by=actor(request), at=now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, said(say("The invitation is on its way to {who}.", who=email))
            )
            return redirect("portal_permits:carpool", number=permit.number)
    context = {"permit": permit, "kind": type_of(permit), "pool": pool, "form": form}
    status = 422 if form.errors else 200
    return page(request, "permits/portal/carpool.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who was invited for the plate, and let them in; later let them leave."""
    now = timezone.now()
    limits.require_calm(request, "carpool", per_minute=TRIES_A_MINUTE)
    member = carpools.member(_reference(token))
    if request.POST.get("act") == "leave":
        operations.leave_carpool(member.reference, by=actor(request), at=now)
        return redirect("portal_carpools:join", token=token)
    form = JoinForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            operations.join_carpool(
                member.reference,
                name=asked["name"],
                plate=read_plates([(asked["plate"], asked["region"])])[0],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            field = refusal.field.rpartition(".")[2]
            form.add_error(field if field in form.fields else None, said(refusal))
        else:
            return redirect("portal_carpools:join", token=token)
    permit = member.carpool.permit
    kind = type_of(permit)
    context = {
        "member": member,
        "holder": permit.customer.name or permit.customer.email,
        "kind": kind,
        "grants": describe_grants(kind.grants, carpools.sold_under(permit)),
        "form": form,
        "is_over": not carpools.is_open(permit, at=now),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/carpool_join.html", context, status=status)


def _reference(token: str) -> UUID:
    try:
        return UUID(signing.unsign(token, purpose=carpools.JOIN))
    except BadSignature as error:
        raise NotFound("There is no such invitation.") from error
