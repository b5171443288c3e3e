"""Where whoever holds the paper of a report finds out that it was made here, and what it must say."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parkops.api import limits
from parkops.ui.access import public
from parkops.ui.pages import page, refusals_shown
from reporting.queries import proofs

TRIES_A_MINUTE = 30


@public
@require_safe
@refusals_shown
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Say which report has this number, when it was made, and its digests; no figure of it."""
    limits.require_calm(request, "report-proof", per_minute=TRIES_A_MINUTE)
    known = proofs.known_by(number)
    if not known:
        raise Http404("No report with this number was made here.")
    response = page(request, "reporting/portal/verify.html", {"known": known})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
