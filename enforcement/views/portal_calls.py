"""Where the public calls for an officer, and follows what comes of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_calls import CallForm, FollowCallForm
from enforcement.models import Call
from enforcement.operations import calls as operations
from enforcement.queries import calls
from enforcement.views import pictures
from enforcement.views.dispatch import told_of
from parkops.api import limits
from parkops.kernel.decisions import NotFound
from parkops.programme import queries as programme
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refused_on

CALLS_A_MINUTE = 4
TRIES_A_MINUTE = 10


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Ask what it is about and where, and take the call in."""
    now = timezone.now()
    version = programme.in_force(now).programme
    zones = [(zone.code, f"{zone.code}, {zone.name}") for zone in version.zones]
    user = request.user
    known = {"caller": user.name, "email": user.email} if user.is_authenticated else {}
    form = CallForm(request.POST or None, request.FILES or None, zones=zones, initial=known)
    if request.method == "POST" and form.is_valid():
        limits.require_calm(request, "call", per_minute=CALLS_A_MINUTE)
        with refused_on(form):
            call = operations.take_call(
                told_of(form), files=form.read_files(), by=actor(request), at=now
            )
            return redirect(calls.page_path(call))
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/calls/new.html", {"form": form}, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the number and the PIN of a call, and lead to its page."""
    form = FollowCallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        limits.require_calm(request, "call-find", per_minute=TRIES_A_MINUTE)
        limits.require_calm(
            request, "call-number", per_minute=TRIES_A_MINUTE, of=number.strip().upper()[:40]
        )
        found = calls.call_named(number, form.cleaned_data["pin"])
        if found is not None:
            return redirect(calls.page_path(found))
        form.add_error(
            None, "No report with this number goes with this PIN. Compare both once more."
        )
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/calls/find.html", {"form": form}, status=status)


@public
@never_cache
@require_safe
@refusals_shown
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Show how far a call has come."""
    shown = calls.call_page(_call(token), at=timezone.now())
    context = {"shown": shown, "token": token, "step": STEPS.get(shown.call.state, 4)}
    return page(request, "enforcement/portal/calls/follow.html", context)


@public
@require_safe
@refusals_shown
def picture(request: HttpRequest, token: str, reference: UUID) -> HttpResponse:
    """Give a picture that came with the call."""
    return pictures.shown(calls.picture(reference, call=_call(token)))


STEPS = {"new": 1, "assigned": 2, "accepted": 3, "arrived": 3}


def _call(token: str) -> Call:
    try:
        return calls.call(signing.name_of(token, purpose=calls.PAGE))
    except BadSignature as error:
        raise NotFound("There is no such report.") from error
