"""Where the owner of a booted or towed vehicle sees what must be paid, and how it goes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_boots import FindCaseForm
from enforcement.queries import boot_cases as casing
from enforcement.rules.holding import State
from enforcement.views.boots import paper
from parkops.api import limits
from parkops.ui.access import public
from parkops.ui.pages import page, refusals_shown

TRIES_A_MINUTE = 10
NOT_FOUND = "No case with this number goes with this plate. Compare both with the sticker."
TOO_OFTEN = "That was tried too often. Wait a minute and try again."


@public
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the case number and the plate, and lead on to the case."""
    form = FindCaseForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        tenant, address = request.tenant.schema_name, limits.address(request)
        if not limits.allow(f"{tenant}:boots:{address}", per_minute=TRIES_A_MINUTE):
            status = 429
            form.add_error(None, TOO_OFTEN)
        elif form.is_valid():
            found = casing.found_by(form.cleaned_data["number"], form.cleaned_data["plate"])
            if found is not None:
                return redirect(casing.path_of(found))
            form.add_error(None, NOT_FOUND)
    return page(request, "enforcement/portal/boot_find.html", {"form": form}, status=status)


@public
@require_safe
@refusals_shown
def case(request: HttpRequest, token: str) -> HttpResponse:
    """Show what must be paid and where; once it is paid, how the vehicle goes."""
    found = casing.case_of_path(token)
    shown = casing.now(found, at=timezone.now())
    is_held = shown.state in (State.BOOTED, State.TOWED)
    context = {
        "shown": shown,
        "case": found,
        "is_held": is_held,
        "is_free": shown.state in (State.RELEASED, State.ENDED),
        "token": token,
        "pay_path": casing.pay_path(shown, return_path=request.path) if is_held else "",
    }
    return page(request, "enforcement/portal/boot.html", context)


@public
@require_safe
@refusals_shown
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Give the sticker of a held vehicle, or its release letter, as a PDF."""
    return paper(request, casing.case_of_path(token))
