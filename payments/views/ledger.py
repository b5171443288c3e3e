"""The ledger in the office: all balances at a date, and the entries of an account."""

from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from payments import pages, place, queries
from payments.forms import DateForm, PeriodForm

PER_PAGE = 50


@may(Permission.LEDGER_VIEW)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Show the balance of every account at the end of a day, today if none is given."""
    now = timezone.now()
    today = place.local_date(now)
    form = DateForm(request.GET if "on" in request.GET else {"on": today})
    on = form.cleaned_data["on"] if form.is_valid() else today
    at = now if on >= today else place.day_end(on)
    context = {"form": form, "balance": queries.trial_balance(at), "on": on}
    return page(request, "payments/office/ledger.html", context, part="results")


@may(Permission.LEDGER_VIEW)
@require_safe
@refusals_shown
def entries(request: HttpRequest, code: str) -> HttpResponse:
    """List the entries of an account, newest first, with its balance before and after."""
    account = queries.account(code)
    form = PeriodForm(request.GET)
    told = form.cleaned_data if form.is_valid() else {}
    since, before = _start(told.get("since")), _end(told.get("until"))
    rows = queries.entries_of(code, since=since, before=before).order_by("-posted_at", "-pk")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [pages.entry_line(entry) for entry in shown.object_list]
    context = {
        "account": account,
        "form": form,
        "page": shown,
        "balance": queries.balance_before(code, before or timezone.now()),
    }
    return page(request, "payments/office/entries.html", context, part="results")


def _start(on: date | None) -> datetime | None:
    return place.day_start(on) if on else None


def _end(on: date | None) -> datetime | None:
    return place.day_end(on) if on else None
