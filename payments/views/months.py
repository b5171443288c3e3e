"""Months of the books in the office: what stands open at their end, closing them, opening them again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from payments import acts, operations, place, queries
from payments.forms_books import AccrualForm, ReopenForm
from payments.queries import accruals, closing, months
from payments.rules.accruals import by_month
from payments.rules.months import Month
from payments.views.book_tabs import tabs


@may(Permission.LEDGER_VIEW)
@require_safe
def month_list(request: HttpRequest) -> HttpResponse:
    """List the months of the books, the newest first, and say when permits are earned."""
    first = accruals.accrues_from()
    context = {
        "rows": months.months_shown(timezone.now()),
        "first": first,
        "form": AccrualForm(initial={"how": "days" if first else "sale", "first": first}),
        "may_manage": request.user.may(Permission.LEDGER_MANAGE),
        "tabs": tabs("months"),
    }
    return page(request, "payments/office/months.html", context)


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def accrue(request: HttpRequest) -> HttpResponse:
    """Say when permits are earned: by the days of their terms from a month on, or when they are sold."""
    form = AccrualForm(request.POST)
    if not form.is_valid():
        raise Refused("first", "Choose a month.", field="first")
    now = timezone.now()
    first = form.cleaned_data["first"] or place.local_date(now)
    by_days = form.cleaned_data["how"] == "days"
    operations.accrue_from(first if by_days else None, by=actor(request), at=now)
    told = "by the days of their terms" if by_days else "when they are sold"
    messages.success(request, f"Permits are earned {told}.")
    return redirect("office_ledger:months")


@may(Permission.LEDGER_VIEW)
@require_safe
@refusals_shown
def schedule(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Show which months earn what was charged for a permit."""
    charge = queries.charge_by_id(charge_id)
    at = timezone.now()
    prepaid = accruals.prepaid_of(charge, at=at)
    if prepaid is None:
        raise NotFound("Nothing was charged for this.")
    this = Month.at(at, months.zone()).first
    known = prepaid.prepaid
    context = {
        "charge": charge,
        "about": acts.subject_of(charge),
        "net": place.money(known.net),
        "held": place.money(known.held),
        "term": known.term,
        "rows": [
            (month, place.money(minor), "earned" if month < this else "to come")
            for month, minor in by_month(known.net, known.term)
        ],
    }
    return page(request, "payments/office/schedule.html", context)


@may(Permission.LEDGER_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, month: str) -> HttpResponse:
    """Show how a month stands, and what has to be done before it is closed."""
    shown = months.month_row(months.month_of(month), at=timezone.now())
    row = shown.row
    by = actor(request)
    context = {
        "shown": shown,
        "findings": [] if shown.is_closed else closing.findings(shown.month),
        "may_manage": request.user.may(Permission.LEDGER_MANAGE),
        "is_asked": row is not None and row.reopen_asked_at is not None,
        "is_own": row is not None and row.reopen_asked_ref == f"{by.kind}:{by.ref}",
        "form": ReopenForm(),
        "is_last": shown.month == months.last_closed_month(),
    }
    return page(request, "payments/office/month.html", context)


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def close(request: HttpRequest, month: str) -> HttpResponse:
    """Close a month."""
    wanted = months.month_of(month)
    operations.close_month(wanted, by=actor(request), at=timezone.now())
    messages.success(request, f"{wanted} is closed: nothing is posted in it any more.")
    return redirect("office_ledger:month", month)


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def reopen(request: HttpRequest, month: str) -> HttpResponse:
    """Ask that a month be opened again."""
    wanted = months.month_of(month)
    reason = request.POST.get("reason", "")
    operations.ask_reopening(wanted, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"{wanted} is opened again once somebody else lets it happen.")
    return redirect("office_ledger:month", month)


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def decide(request: HttpRequest, month: str) -> HttpResponse:
    """Let a month be opened again that somebody else asked for, or leave it closed."""
    wanted, accept = months.month_of(month), request.POST.get("act") == "accept"
    operations.decide_reopening(wanted, accept=accept, by=actor(request), at=timezone.now())
    told = "is open again" if accept else "stays closed"
    messages.success(request, f"{wanted} {told}.")
    return redirect("office_ledger:month", month)
