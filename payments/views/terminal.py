"""The card terminal's days in the office: what waits, its total typed in, and the batches."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import operations, place, queries
from payments.forms_drawers import TerminalForm

PER_PAGE = 25


@may(Permission.DRAWER_SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits at the terminal and its closed days; on a post, close it with its total."""
    taken = list(queries.at_the_terminal().order_by("pk"))
    back = list(queries.refunded_at_the_terminal().order_by("pk"))
    waits = sum(one.amount_minor for one in taken) - sum(one.amount_minor for one in back)
    form = TerminalForm(request.POST or None, initial={"seen": waits})
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            told = {**form.cleaned_data, "seen": place.money(form.cleaned_data["seen"])}
            made = operations.close_terminal(**told, by=actor(request), at=timezone.now())
            return redirect("office_counter:terminal_batch", made.number)
    rows = Paginator(queries.terminal_batches().order_by("-closed_at", "-pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "taken": taken,
        "back": back,
        "waits": place.money(waits),
        "page": shown,
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/terminal.html", context, part="results", status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a closed day is made of, and the difference."""
    found = queries.terminal_batch(number)
    context = {"batch": found, "items": queries.items_of_batch(found)}
    return page(request, "payments/office/terminal_batch.html", context)
