"""Where anybody finds out whether a printed citation is genuine."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from enforcement.forms import VerifyForm
from enforcement.queries import portal
from enforcement.queries.citations import number_of
from parkops.api import limits
from parkops.ui.access import public
from parkops.ui.pages import page

TRIES_A_MINUTE = 10
TOO_OFTEN = "That was tried too often. Wait a minute and try again."


@public
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Say whether a number and the code beside it are of one citation, and what was written then.

    The square on the paper leads here with both. Whether the number or the code is wrong is not told
    apart, and no number is tried more than ten times a minute.
    """
    asked = "number" in request.GET or "code" in request.GET
    form = VerifyForm(request.GET if asked else None)
    shown, status = None, 200
    if asked and form.is_valid():
        number, code = form.cleaned_data["number"], form.cleaned_data["code"]
        if not _may_try(request, number):
            form.add_error(None, TOO_OFTEN)
            status = 429
        else:
            shown = portal.verified(number, code)
            status = 200 if shown else 422
    elif asked:
        status = 422
    refused = asked and form.is_valid() and shown is None
    context = {"form": form, "shown": shown, "refused": refused}
    response = page(request, "enforcement/portal/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _may_try(request: HttpRequest, number: str) -> bool:
    tenant = request.tenant.schema_name
    by_address = limits.allow(
        f"{tenant}:verify:{limits.address(request)}", per_minute=TRIES_A_MINUTE
    )
    tried = number_of(number)[:40].upper()
    return limits.allow(f"{tenant}:verify-number:{tried}", per_minute=TRIES_A_MINUTE) and by_address
