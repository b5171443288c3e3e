"""A sale by lot, for who enters: the rules, the entry with its receipt, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.customers import operations as customers
from parkops.kernel.decisions import NotFound
from parkops.programme import queries as programme
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.operations.lottery import lottery_of
from permits.queries import draws
from permits.queries import lottery as rows
from permits.rules import eligibility, quotas


@customer_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def lottery(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how the lot works; enter, withdraw, and see the result."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    rules = programme.in_force(now).programme
    kind = rules.permit_type(code)
    if kind is None or kind.visibility == "staff" or kind.on_sale.lottery is None:
        raise NotFound("There is no such permit.")
    draw = lottery_of(kind, rules, at=now)
    ticket = draws.ticket_of(customer, draw)
    if request.method == "POST":
        if request.POST.get("act") == "leave":
            if ticket is not None:
                operations.leave_lottery(ticket.reference, by=actor(request), at=now)
        else:
            operations.enter_lottery(
                type_code=kind.code, customer_id=customer.pk, by=actor(request), at=now
            )
        return redirect("portal_permits:lottery", code=kind.code)
    if draw.drawn_at is None and now >= draw.draws_at:
        operations.draw_lottery(draw.pk, at=now)
        draw = draws.draw(draw.reference)
        ticket = draws.ticket_of(customer, draw)
    is_open = rows.takes_entries(kind, rules, at=now)
    may_enter = is_open and eligibility.is_for(kind, rules, customer.audiences)
    context = {
        "kind": kind,
        "draw": draw,
        "ticket": ticket,
        "outcome": rows.outcome_of(ticket) if ticket else None,
        "entered": draws.entered(draw),
        "places": quotas.limit_of(kind, rules) or 0,
        "is_open": is_open,
        "may_enter": may_enter,
    }
    return page(request, "permits/portal/lottery.html", context)
