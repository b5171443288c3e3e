"""Staff, roles and tokens in the office."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.accounts import operations, queries
from parkops.accounts.forms import InviteForm, RolesForm, TokenForm
from parkops.accounts.models import User
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse


@may(Permission.STAFF_MANAGE)
@require_safe
def staff_list(request: HttpRequest) -> HttpResponse:
    """List everybody with a role."""
    return page(request, "accounts/office/staff.html", {"rows": queries.staff()})


@may(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Ask whom to invite, and send the way to a password."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.invite_staff(
                **form.cleaned_data, by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"{user.email} gets a message with the way to a password.")
            return redirect("office_staff:list")
    status = 422 if form.errors else 200
    return page(request, "accounts/office/invite.html", {"form": form}, status=status)


@may(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one member of staff, and change the roles."""
    person = _person(user_id)
    form = RolesForm(request.POST or None, initial={"roles": person.roles})
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_roles(
                person.pk,
                roles=form.cleaned_data["roles"],
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, f"{person.email} has other roles now.")
            return redirect("office_staff:list")
    context = {"form": form, "person": person, "is_self": person.pk == request.user.pk}
    return page(request, "accounts/office/member.html", context, status=422 if form.errors else 200)


@may(Permission.STAFF_MANAGE)
@require_POST
@refusals_shown
def deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Keep a member of staff from signing in."""
    person = operations.deactivate_staff(user_id, by=actor(request), at=timezone.now())
    messages.success(request, f"{person.email} cannot sign in any more.")
    return redirect("office_staff:list")


@may(Permission.STAFF_MANAGE)
@require_POST
@refusals_shown
def reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let a member of staff sign in again."""
    person = operations.reactivate_staff(user_id, by=actor(request), at=timezone.now())
    messages.success(request, f"{person.email} can sign in again.")
    return redirect("office_staff:list")


@may(Permission.STAFF_MANAGE)
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    """List the tokens, without their secrets."""
    context = {"rows": queries.tokens(), "now": timezone.now()}
    return page(request, "accounts/office/tokens.html", context)


@may(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """Ask what a token is for, make it, and show its secret this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["expires_on"]
        try:
            made = operations.create_token(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=_end_of(last_day, request) if last_day else None,
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("expires_on" if "expires" in refusal.field else None, str(refusal))
        else:
            return page(request, "accounts/office/token_made.html", {"made": made})
    status = 422 if form.errors else 200
    return page(request, "accounts/office/token_new.html", {"form": form}, status=status)


@may(Permission.STAFF_MANAGE)
@require_POST
@refusals_shown
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let a token work no more."""
    token = operations.revoke_token(token_id, by=actor(request), at=timezone.now())
    messages.success(request, f"{token.name} is revoked.")
    return redirect("office_tokens:list")


def _person(user_id: int) -> User:
    person = queries.staff_member(user_id)
    if person is None:
        raise Http404("There is no such member of staff.")
    return person


def _end_of(last_day: date, request: HttpRequest) -> datetime:
    zone = ZoneInfo(request.tenant.timezone)
    return datetime.combine(last_day + timedelta(days=1), time(), zone)
