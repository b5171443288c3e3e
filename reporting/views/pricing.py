"""Rates by demand: proposed out of how full zones were, and put into the draft of the program."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits.rules import demand
from reporting.pricing import operations
from reporting.pricing.proposals import priced


@may(Permission.REPORT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def proposals(request: HttpRequest) -> HttpResponse:
    """Show what every rate should become, and why; put the chosen ones into the draft."""
    now = timezone.now()
    refused = ""
    if request.method == "POST":
        if not request.user.may(Permission.PROGRAMME_EDIT):
            raise Refused("not_yours", "Your role does not include changing the program.")
        try:
            chosen = request.POST.getlist("lines")
            operations.draft_rates(chosen, by=actor(request), at=now)
        except Refused as refusal:
            refused = str(refusal)
        else:
            many = len({*chosen})
            told = f"{many} {'rate is' if many == 1 else 'rates are'} in the draft."
            messages.success(request, f"{told} Try it on past stays before it is published.")
            return redirect("office_programme:draft")
    found = priced(at=now)
    context: dict[str, Any] = {
        "found": found,
        "chosen": request.POST.getlist("lines"),
        "refused": refused,
        "may_edit": request.user.may(Permission.PROGRAMME_EDIT),
        "draft": programme.open_draft(),
        "earliest": found.until + timedelta(days=found.terms.notice),
        "lost": _lost(demand.ELASTICITY),
        "lost_least": _lost(demand.WEAKEST),
        "lost_most": _lost(demand.STRONGEST),
    }
    return page(request, "reporting/office/pricing.html", context, status=422 if refused else 200)


def _lost(elasticity: float) -> int:
    """The percent of demand that a rate loses when it is a tenth dearer."""
    return round(-elasticity * 10)
