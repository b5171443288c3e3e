"""The ledger in the office: all balances at an instant, the entries of an account, one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.dates import local_instant
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from payments import acts, pages, place, queries
from payments.accounts import PERMIT_REVENUE
from payments.forms import MomentForm, PeriodForm
from payments.queries import months
from payments.views.book_tabs import tabs

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """An account's balance, with its entries up to the same instant."""

    balance: queries.AccountBalance
    url: str


@may(Permission.LEDGER_VIEW)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Show the balance of every account at the end of a day or at a time of it, now if none is given."""
    now = timezone.now()
    today = place.local_date(now)
    form = MomentForm(request.GET if "on" in request.GET else {"on": today})
    told = form.cleaned_data if form.is_valid() else {}
    on, clock = told.get("on") or today, told.get("time")
    at = now if on == today and clock is None else _end(on, clock) - queries.MOMENT
    balance = queries.trial_balance(at)
    asked = urlencode({"until": on, **({"time": f"{clock:%H:%M}"} if clock else {})})
    context = {
        "form": form,
        "balance": balance,
        "tabs": tabs("accounts"),
        "lines": [
            BalanceLine(row, f"{reverse('office_ledger:entries', args=[row.code])}?{asked}")
            for row in balance.accounts
        ],
    }
    return page(request, "payments/office/ledger.html", context, part="results")


@may(Permission.LEDGER_VIEW)
@require_safe
@refusals_shown
def entries(request: HttpRequest, code: str) -> HttpResponse:
    """List the entries of an account, newest first, with its balance before and after."""
    account = queries.account(code)
    form = PeriodForm(request.GET)
    told = form.cleaned_data if form.is_valid() else {}
    since = place.day_start(told["since"]) if told.get("since") else None
    before = _end(told["until"], told.get("time")) if told.get("until") else None
    rows = queries.entries_of(code, since=since, before=before).order_by("-posted_at", "-pk")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [pages.entry_line(entry) for entry in shown.object_list]
    context = {
        "account": account,
        "form": form,
        "page": shown,
        "balance": queries.balance_before(code, before or timezone.now()),
        "began": queries.balance_before(code, since) if since else None,
    }
    return page(request, "payments/office/entries.html", context, part="results")


@may(Permission.LEDGER_VIEW)
@require_safe
@refusals_shown
def transaction(request: HttpRequest, transaction_id: int) -> HttpResponse:
    """Show one transaction: all its legs, and the act that it was caused by."""
    found = queries.transaction_of(transaction_id)
    legs = queries.legs_of(found)
    charges = {leg.charge.pk: leg.charge for leg in legs if leg.charge}
    cause = acts.act_of(found.source)
    others = [acts.subject_of(charge) for charge in charges.values()]
    context = {
        "transaction": found,
        "legs": [pages.entry_line(leg) for leg in legs],
        "total": place.money(sum(max(leg.amount_minor, 0) for leg in legs)),
        "act": cause,
        "schedules": [charge for charge in charges.values() if charge.revenue == PERMIT_REVENUE],
        "others": [other for other in others if other != cause],
    }
    return page(request, "payments/office/transaction.html", context)


def _end(on: date, clock: time | None) -> datetime:
    """Return the instant before which a day, or what is shown at a time of it, was posted."""
    if clock is None:
        return place.day_end(on)
    minute = clock.hour * 60 + clock.minute
    return local_instant(on, minute, months.zone()) + queries.MOMENT
