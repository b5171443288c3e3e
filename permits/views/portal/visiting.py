"""The guest's pages: a code, the own plate, and the pass. No account, and no more than the plate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.api import limits
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms import CodeForm, GuestForm
from permits.models import GuestLink, Permit
from permits.queries import guests, validations
from permits.queries.permits import type_of
from permits.rules.grants import describe_grants
from permits.rules.guests import code_of, is_open
from permits.rules.plates import read_plates
from permits.views.posted import posted

OWN = "guest-own"
LOOKS_A_MINUTE = 60
TRIES_A_MINUTE = 10
asks = require_http_methods(["GET", "HEAD", "POST"])


@public
@asks
@refusals_shown
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code that is printed on a poster."""
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        code = code_of(form.cleaned_data["code"])
        _require_calm(request)
        if validations.is_known(code):
            return redirect(f"{reverse('portal_park:enter')}?code={code}")
        elif not code or not GuestLink.objects.filter(code=code).exists():
            form.add_error("code", "No host gives passes by this code. Compare it once more.")
        else:
            return redirect("portal_guests:take", code=code)
    status = 422 if form.errors else 200
    return page(request, "permits/portal/guest_code.html", {"form": form}, status=status)


@public
@never_cache
@asks
@refusals_shown
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a guest for the plate, and give the pass."""
    now = timezone.now()
    _require_calm(request)
    link = guests.link(code_of(code))
    open_now = is_open(guests.gate_of(link), at=now)
    form = GuestForm(posted(request), most=max(link.minutes // 60, 1), needs_pin=bool(link.pin))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            _require_few(request, link)
            given = operations.take_by_link(
                link.code,
                plate=read_plates([(asked["plate"], asked["region"])])[0],
                hours=asked["hours"],
                pin=asked.get("pin", ""),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            token = signing.sign(str(given.reference), purpose=OWN)
            return redirect("portal_guests:pass", token=token)
    context = {
        "link": link,
        "form": form,
        "open_now": open_now,
        "grants": _where(link.permit),
        "length": guests.length_text(link),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/guest_take.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def own_pass(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest the pass, and end it when they leave early."""
    now = timezone.now()
    try:
        given = guests.pass_by_reference(signing.unsign(token, purpose=OWN))
    except BadSignature as error:
        raise NotFound("There is no such pass.") from error
    if request.method == "POST":
        if given.ends_at > now:
            operations.end_pass(str(given.reference), by=actor(request), at=now)
        return redirect("portal_guests:pass", token=token)
    context = {
        "given": given,
        "is_running": given.ended_at is None and given.ends_at > now,
        "grants": _where(given.permit),
    }
    return page(request, "permits/portal/guest_pass.html", context)


def _where(permit: Permit) -> list[str]:
    sold_under = programme.version(permit.programme_version).programme
    return describe_grants(type_of(permit).grants, sold_under)


def _require_calm(request: HttpRequest) -> None:
    limits.require_calm(request, "guest", per_minute=LOOKS_A_MINUTE)


def _require_few(request: HttpRequest, link: GuestLink) -> None:
    """Do nothing unless an address, or everybody with a PIN's link, tries too often."""
    limits.require_calm(request, "guest-take", per_minute=TRIES_A_MINUTE)
    if link.pin:
        limits.require_calm(request, "guest-pin", per_minute=2 * TRIES_A_MINUTE, of=link.code)
