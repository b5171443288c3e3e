"""A customer's calendar: the page on which its address is made, and the address itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from parkops.api import limits
from parkops.customers import operations as customers
from parkops.tenancy import hosts
from parkops.ui.access import customer_only, public
from parkops.ui.language import spoken_to
from parkops.ui.pages import actor, page, refusals_shown
from reporting.operations import calendars as acts
from reporting.queries import calendars

TRIES_A_MINUTE = 30


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def own(request: HttpRequest) -> HttpResponse:
    """Make the address of one's calendar, shown once, or revoke it."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    address = ""
    if request.method == "POST" and "revoke" in request.POST:
        acts.revoke_calendar_link(customer.pk, by=actor(request), at=now)
        messages.success(request, gettext("The address is revoked."))
        return redirect("portal_calendar:own")
    if request.method == "POST":
        secret = acts.make_calendar_link(customer.pk, by=actor(request), at=now)
        path = reverse("portal_calendar:feed", args=[secret])
        address = f"{hosts.current_site_url()}{path}"
    context = {"link": calendars.link_of(customer.pk), "address": address}
    response = page(request, "reporting/portal/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@public
@require_safe
@refusals_shown
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a customer's dates to a calendar program, in the customer's language."""
    limits.require_calm(request, "calendar", per_minute=TRIES_A_MINUTE)
    customer = calendars.customer_by(token)
    with spoken_to(customer.language):
        text = calendars.calendar_of(customer, at=timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="parking.ics"'
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response
