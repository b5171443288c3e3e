"""What the office lets out of its figures."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.permissions import Permission
from parkops.tenancy import hosts
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from reporting.forms_opening import OpeningForm
from reporting.opendata import SETS
from reporting.operations import opening as acts
from reporting.queries import opening as queries


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def settings(request: HttpRequest) -> HttpResponse:
    """Say which figures are out, and how others show them."""
    opening = queries.opening()
    form = OpeningForm(request.POST or None, initial=OpeningForm.initial_of(opening))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            acts.change_opening(by=actor(request), at=timezone.now(), **form.told())
            messages.success(request, "What is open is changed.")
            return redirect("office_opening:settings")
    site = hosts.current_site_url()
    context = {
        "form": form,
        "opening": opening,
        "sets": SETS.values(),
        "addresses": {
            "data": f"{site}{reverse('portal_opening:index')}",
            "frame": f"{site}{reverse('portal_opening:spaces')}",
            "apds": f"{site}{reverse('portal_opening:apds')}",
        },
    }
    return page(
        request, "reporting/office/opening.html", context, status=422 if form.errors else 200
    )
