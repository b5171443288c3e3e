"""Payments in the office: the list, one payment, refunds, bounced checks."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab
from payments import links, operations, pages, queries, reconciling_pages
from payments.forms import PaymentsFilter, RefundForm
from payments.models import Payment
from payments.views.counter import drawer_of

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """List payments, newest first."""
    form = PaymentsFilter(request.GET, methods=Payment.Method.choices, states=Payment.State.choices)
    told = form.cleaned_data if form.is_valid() else {}
    rows = queries.payments_matching(
        text=told.get("q", ""),
        method=told.get("method", ""),
        state=told.get("state", ""),
        since=told.get("since"),
        until=told.get("until"),
    )
    found = queries.with_parts(rows).order_by("-created_at", "-pk")
    shown: Page[Any] = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [pages.payment_line(payment) for payment in shown.object_list]
    context = {
        "form": form,
        "page": shown,
        "total": queries.sum_of(rows) if _are_taken_in_days(told) else None,
        "tabs": _tabs(request, on_list=True),
        "cards_stopped_at": request.tenant.cards_stopped_at,
        "may_manage": request.user.may(Permission.STAFF_MANAGE),
    }
    return page(request, "payments/office/list.html", context, part="results")


def _are_taken_in_days(told: dict[str, Any]) -> bool:
    """Whether the list is of money taken from a day on, so that its sum says something."""
    return told.get("state") == Payment.State.SUCCEEDED and told.get("since") is not None


@may(Permission.PAYMENT_VIEW)
@require_safe
def refund_list(request: HttpRequest) -> HttpResponse:
    """List the refunds that are not done, the oldest first."""
    found = queries.refunds_not_done().order_by("created_at", "pk")
    shown: Page[Any] = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    by, now = actor(request), timezone.now()
    shown.object_list = [pages.refund_line(one, by=by, at=now) for one in shown.object_list]
    context = {
        "page": shown,
        "tabs": _tabs(request, on_list=False),
        "may_refund": request.user.may(Permission.PAYMENT_REFUND),
    }
    return page(request, "payments/office/refunds.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one payment with what it paid and what went back."""
    payment = queries.payment(number)
    return page(request, "payments/office/detail.html", _detail(request, payment))


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """Give money of a payment back."""
    form = RefundForm(request.POST)
    if not form.is_valid():
        context = _detail(request, queries.payment(number), refund_form=form)
        return page(request, "payments/office/detail.html", context, status=422)
    made = operations.refund_payment(
        number,
        amount=form.cleaned_data["amount"],
        reason=form.cleaned_data["reason"],
        owed_again=form.cleaned_data["charges"] == "owed_again",
        seen_left=form.cleaned_data["left"],
        drawer=drawer_for(request, queries.payment(number)),
        by=actor(request),
        at=timezone.now(),
    )
    is_proposed = made.state == made.State.PROPOSED
    told = "waits until somebody else accepts it" if is_proposed else "made"
    messages.success(request, f"Refund {made.number} {told}.")
    return redirect("office_payments:detail", number)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Count money that was kept aside as credit."""
    operations.accept_reviewed(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Payment {number} is credit now: give it back or use it.")
    return redirect("office_payments:detail", number)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def bounce(request: HttpRequest, number: str) -> HttpResponse:
    """Note that a check bounced."""
    payment = operations.bounce_payment(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Payment {payment.number} bounced: its charges are owed again.")
    return redirect("office_payments:detail", number)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def pay_out(request: HttpRequest, number: str) -> HttpResponse:
    """Note that a refund has been handed over."""
    drawer = drawer_for(request, queries.refund(number).payment)
    operations.pay_out_refund(number, drawer=drawer, by=actor(request), at=timezone.now())
    messages.success(request, f"Refund {number} paid out.")
    return redirect("office_payments:refunds")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def accept_proposed(request: HttpRequest, number: str) -> HttpResponse:
    """Let a refund go back that somebody else asked for."""
    operations.accept_refund(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Refund {number} is accepted.")
    return redirect("office_payments:refunds")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def reject_proposed(request: HttpRequest, number: str) -> HttpResponse:
    """Let a refund come to nothing that somebody else asked for."""
    reason = request.POST.get("reason", "")
    operations.reject_refund(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Refund {number} is not accepted: its money is credit again.")
    return redirect("office_payments:refunds")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def retry(request: HttpRequest, number: str) -> HttpResponse:
    """Send a failed refund once more."""
    operations.retry_refund(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Refund {number} is sent again.")
    return redirect("office_payments:refunds")


def drawer_for(request: HttpRequest, payment: Payment) -> UUID | None:
    """Return the drawer that money of a payment leaves from: cash leaves the open one of who asks.

    :raises Conflict: `no_drawer` if it is a drawer's cash, and they have none open.
    """
    if payment.method != Payment.Method.CASH:
        return None
    drawer = drawer_of(request)
    if drawer is None and payment.drawer_id is not None:
        raise Conflict("no_drawer", "Open a drawer before you give cash back.")
    return drawer.public_id if drawer else None


def _detail(
    request: HttpRequest, payment: Payment, refund_form: RefundForm | None = None
) -> dict[str, object]:
    left = pages.refundable(payment)
    may_refund = request.user.may(Permission.PAYMENT_REFUND)
    return {
        "shown": pages.payment_page(payment),
        "may_refund": may_refund and bool(left),
        "may_accept": may_refund and payment.state == Payment.State.NEEDS_REVIEW,
        "may_bounce": may_refund and pages.may_bounce(payment),
        "refund_form": refund_form
        or RefundForm(initial={"amount": left.amount, "left": left.amount}),
        "receipt_url": links.receipt_path(payment),
        "pdf_url": links.receipt_pdf_path(payment),
    }


def _tabs(request: HttpRequest, *, on_list: bool) -> list[Tab]:
    counts = pages.counts()
    state = request.GET.get("state", "")
    home, refunds = pages.list_url(), pages.refunds_url()
    review = Payment.State.NEEDS_REVIEW
    return [
        Tab("All", home, None, on_list and state != review),
        Tab("Need a look", f"{home}?state={review}", counts.to_review, on_list and state == review),
        Tab(
            "Adjustments",
            reverse("office_charges:adjustments"),
            queries.adjustments_proposed().count(),
        ),
        Tab("Refunds", refunds, counts.refunds, not on_list),
        Tab("Chargebacks", reverse("office_disputes:list"), counts.disputes),
        Tab("Reconciliation", reconciling_pages.home(), reconciling_pages.counts()["open"]),
        Tab("Plans", reverse("office_plans:list"), counts.plans),
        Tab("Gifts", reverse("office_gifts:list")),
        Tab("Drives", reverse("office_drives:list")),
        Tab("Coupons", reverse("office_coupons:list")),
    ]
