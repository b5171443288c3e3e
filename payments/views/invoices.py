"""Invoices in the office: the list with its ages, one invoice, the monthly run."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.values import Tab
from payments import invoice_pages, operations, place, queries
from payments.forms_invoices import InvoicesFilter, MonthForm, ReasonForm
from payments.operations import invoice_runs
from payments.rules.invoices import STATUSES

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """List invoices in a state, what is due first, with what is owed by age."""
    today = place.local_date(timezone.now())
    state = request.GET.get("state", "open")
    form = InvoicesFilter(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.invoices_matching(
        text=text, state="" if state == "all" else state, today=today
    ).order_by("due_on", "pk")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [invoice_pages.invoice_line(one, today=today) for one in shown.object_list]
    owed = queries.invoices().filter(queries.OWING, voided_at__isnull=True)
    context = {
        "form": form,
        "page": shown,
        "state": state,
        "tabs": _tabs(state),
        "ages": invoice_pages.ages(queries.ages_of_invoices(owed, today=today)),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    return page(request, "payments/office/invoices.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show an invoice with what was paid of it, and who was reminded."""
    invoice = queries.invoice(number)
    context = {
        "shown": invoice_pages.invoice_page(invoice, at=timezone.now()),
        "reminders": list(invoice.reminders.all()),
        "reason_form": ReasonForm(),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    return page(request, "payments/office/invoice.html", context)


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """Give the invoice as a PDF."""
    told = invoice_pages.invoice_pdf(queries.invoice(number), at=timezone.now())
    return pdf_answer(told, number)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the payer with the invoice."""
    invoice = operations.send_invoice(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Invoice {number} goes to {invoice.email}.")
    return redirect("office_invoices:detail", number)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def hold(request: HttpRequest, number: str) -> HttpResponse:
    """Remind nobody of an invoice."""
    reason = request.POST.get("reason", "")
    operations.hold_invoice(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Nobody is reminded of invoice {number}.")
    return redirect("office_invoices:detail", number)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Let reminders go on."""
    operations.release_invoice(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Reminders of invoice {number} go on.")
    return redirect("office_invoices:detail", number)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def void(request: HttpRequest, number: str) -> HttpResponse:
    """Take an invoice back by a credit note."""
    reason = request.POST.get("reason", "")
    invoice = operations.void_invoice(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Invoice {number} is void by credit note {invoice.credit_note}.")
    return redirect("office_invoices:detail", number)


@may(Permission.INVOICE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest) -> HttpResponse:
    """Show what a month's run would make; on a post, make it."""
    now = timezone.now()
    last = place.local_date(now).replace(day=1) - timedelta(days=1)
    given = request.POST if request.method == "POST" else request.GET
    form = MonthForm(given if "month" in given else {"month": f"{last:%Y-%m}"})
    month = form.cleaned_data["month"] if form.is_valid() else last
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            invoice_runs.ask_run(month, by=actor(request), at=now)
            messages.success(request, f"The invoices of {month:%B %Y} are being made.")
            return redirect(f"{reverse('office_invoices:run')}?month={month:%Y-%m}")
    context = {"form": form, "month": month, "rows": invoice_runs.plan(month, at=now)}
    status = 422 if form.errors else 200
    return page(request, "payments/office/invoice_run.html", context, status=status)


def pdf_answer(told: bytes, name: str) -> HttpResponse:
    """Return a paper for the browser to show."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(told, content_type="application/pdf", headers=headers)


def _tabs(state: str) -> list[Tab]:
    home = reverse("office_invoices:list")
    names = [("open", "Not due"), *((key, STATUSES[key][0]) for key in ("overdue", "paid", "void"))]
    return [
        Tab(label, f"{home}?state={key}", None, key == state)
        for key, label in [*names, ("all", "All")]
    ]
