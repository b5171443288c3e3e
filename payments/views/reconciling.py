"""Reconciliation in the office: what the provider or the bank says otherwise, and the day's close."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab
from payments import day_pages, operations, place, queries, reconciling_pages
from payments.forms_reconciling import OneDayForm
from payments.models import Discrepancy

PER_PAGE = 25
LOOK_BACK = timedelta(days=35)


@may(Permission.PAYMENT_VIEW)
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """List what differs, the oldest first, or what was accepted or resolved, the newest first."""
    state = request.GET.get("state", "")
    if state not in Discrepancy.State.values:
        state = Discrepancy.State.OPEN.value
    order = ("happened_at", "pk") if state == Discrepancy.State.OPEN else ("-found_at", "-pk")
    rows = queries.discrepancies(state).order_by(*order)
    now = timezone.now()
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [reconciling_pages.line(one, at=now) for one in shown.object_list]
    context = {
        "page": shown,
        "state": state,
        "tabs": _tabs(state),
        "summary": reconciling_pages.summary(),
        "may_act": request.user.may(Permission.PAYMENT_REFUND),
        "may_compare": request.user.may(Permission.PAYMENT_REFUND),
    }
    return page(request, "payments/office/differences.html", context, part="results")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def compare(request: HttpRequest) -> HttpResponse:
    """Compare the last weeks with the provider and the bank now."""
    now = timezone.now()
    told = operations.reconcile(since=now - LOOK_BACK, at=now)
    if told.failure:
        messages.error(request, told.failure)
    else:
        messages.success(request, f"{told.movements} bookings compared, {told.found} differ.")
    return redirect("office_reconciliation:differences")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def settle(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """Do what would settle a difference."""
    operations.settle_discrepancy(difference_id, by=actor(request), at=timezone.now())
    messages.success(request, "Done. The next comparing shows whether both say the same.")
    return redirect("office_reconciliation:differences")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def accept(request: HttpRequest, difference_id: UUID) -> HttpResponse:
    """Let a difference stand, with why."""
    reason = request.POST.get("reason", "")
    operations.accept_discrepancy(
        difference_id, reason=reason, by=actor(request), at=timezone.now()
    )
    messages.success(request, "Accepted.")
    return redirect("office_reconciliation:differences")


@may(Permission.PAYMENT_VIEW)
@require_safe
def payouts(request: HttpRequest) -> HttpResponse:
    """List what the provider paid out to the bank, the newest first."""
    rows = queries.payouts().order_by("-made_at", "-pk")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "tabs": _tabs("payouts")}
    return page(request, "payments/office/payouts.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Show the close of a day, today if none is given."""
    form, report = _day(request)
    context = {"form": form, "report": report, "tabs": _tabs("day")}
    return page(request, "payments/office/day.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
def day_pdf(request: HttpRequest) -> HttpResponse:
    """Give the close of a day as a PDF."""
    _, report = _day(request)
    context = {"tenant": request.tenant, "report": report, "at": timezone.now()}
    paper = pdf.render("payments/office/day_pdf.html", context)
    name = f'inline; filename="day-{report.on:%Y-%m-%d}.pdf"'
    return HttpResponse(
        paper, content_type="application/pdf", headers={"Content-Disposition": name}
    )


def _day(request: HttpRequest) -> tuple[OneDayForm, day_pages.DayReport]:
    today = place.local_date(timezone.now())
    form = OneDayForm(request.GET if "on" in request.GET else {"on": today})
    on = form.cleaned_data["on"] if form.is_valid() else today
    return form, day_pages.report(on)


def _tabs(current: str) -> list[Tab]:
    counts = reconciling_pages.counts()
    home = reconciling_pages.home()
    return [
        Tab("Open", home, counts["open"], current == "open"),
        Tab("Accepted", f"{home}?state=accepted", counts["accepted"], current == "accepted"),
        Tab("Resolved", f"{home}?state=resolved", None, current == "resolved"),
        Tab("Payouts", reconciling_pages.payouts_url(), None, current == "payouts"),
        Tab("Close of day", reconciling_pages.day_url(), None, current == "day"),
    ]
