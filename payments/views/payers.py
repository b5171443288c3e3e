"""Who pays for others, in the office: their accounts, and what is put on them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel import numbers
from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import invoice_pages, links, operations, place, queries
from payments.forms_invoices import OnAccountForm, PayerForm, ReasonForm
from payments.models import AccountPayer, Charge

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def payer_list(request: HttpRequest) -> HttpResponse:
    """List payers with what they owe and what waits for an invoice."""
    now = timezone.now()
    rows = Paginator(queries.payers().order_by("name", "pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    shown.object_list = invoice_pages.payer_lines(
        list(shown.object_list), today=place.local_date(now), at=now
    )
    context = {"page": shown, "may_manage": request.user.may(Permission.INVOICE_MANAGE)}
    return page(request, "payments/office/payers.html", context, part="results")


@may(Permission.INVOICE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    form = PayerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            payer = operations.open_payer(**form.cleaned_data, by=actor(request), at=timezone.now())
            messages.success(request, f"{payer.name} has an account.")
            return redirect("office_payers:detail", payer.public_id)
    status = 422 if form.errors else 200
    return page(request, "payments/office/payer_form.html", {"form": form}, status=status)


@may(Permission.INVOICE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def change(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Change where and how a payer is invoiced."""
    payer = queries.payer(payer_id)
    names = ("kind", "name", "email", "address", "po_number", "terms_days", "is_monthly")
    form = PayerForm(request.POST or None, initial={name: getattr(payer, name) for name in names})
    del form.fields["kind"]
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            operations.change_payer(
                payer_id, **form.cleaned_data, by=actor(request), at=timezone.now()
            )
            messages.success(request, "Changed. Invoices that went out stay as they are.")
            return redirect("office_payers:detail", payer_id)
    context = {"form": form, "payer": payer}
    status = 422 if form.errors else 200
    return page(request, "payments/office/payer_form.html", context, status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Show a payer: what waits for an invoice, its invoices, its credit."""
    return _shown(request, queries.payer(payer_id), OnAccountForm())


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def put_on(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Put the charges of a permit, a citation or a fee on the account."""
    form = OnAccountForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data["reference"].strip()
        rows = Charge.objects.unsettled().filter(reference=numbers.tidy(typed) or typed)
        with refused_on(form):
            wanted = list(rows.values_list("public_id", flat=True))
            if not wanted:
                raise NotFound("Nothing is owed under this number.")
            charges = operations.put_on_account(
                wanted, payer=payer_id, by=actor(request), at=timezone.now()
            )
            messages.success(request, f"{charges[0].text} is on the account.")
            return redirect("office_payers:detail", payer_id)
    return _shown(request, queries.payer(payer_id), form)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def take_off(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Let the holder of a charge owe it again."""
    charge = operations.take_off_account(
        _uuid(request.POST.get("charge", "")),
        reason=request.POST.get("reason", ""),
        by=actor(request),
        at=timezone.now(),
    )
    messages.success(request, f"{charge.text} is off the account.")
    return redirect("office_payers:detail", payer_id)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def invoice(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Invoice what is ticked."""
    chosen = [_uuid(one) for one in request.POST.getlist("charge")]
    made = operations.make_invoice(payer_id, chosen, by=actor(request), at=timezone.now())
    messages.success(request, f"Invoice {made.number} is made. Send it when it is right.")
    return redirect("office_invoices:detail", made.number)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def close(request: HttpRequest, payer_id: UUID) -> HttpResponse:
    """Let nothing more be put on an account."""
    payer = operations.close_payer(payer_id, by=actor(request), at=timezone.now())
    messages.success(request, f"The account of {payer.name} is closed.")
    return redirect("office_payers:detail", payer_id)


def _shown(request: HttpRequest, payer: AccountPayer, form: OnAccountForm) -> HttpResponse:
    now = timezone.now()
    today = place.local_date(now)
    waiting = queries.to_invoice(payer)
    rows = queries.as_rows(waiting, at=now)
    holders = queries.holders_of(waiting)
    invoices = queries.invoices_matching(payer=payer, today=today).order_by("-issued_on", "-pk")
    context = {
        "payer": payer,
        "terms": operations.terms_of(payer, at=now),
        "waiting": [(row, holders[row.pk]) for row in rows],
        "total": place.money(sum(row.balance.minor for row in rows)),
        "invoices": [invoice_pages.invoice_line(one, today=today) for one in invoices[:PER_PAGE]],
        "credit": queries.credit_of(payer.customer_id),
        "account_url": links.account_path(payer),
        "form": form,
        "reason_form": ReasonForm(),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/payer.html", context, status=status)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such charge.") from error
