"""The bank in the office: files read in, lines that wait for a look, and what is done about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.values import Tab
from payments import bank_pages, operations, queries
from payments.forms_invoices import (
    AssignForm,
    BankFilter,
    BookForm,
    NoteForm,
    StatementFileForm,
)
from payments.models import BankLine

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def line_list(request: HttpRequest) -> HttpResponse:
    """List lines of the bank's, those that wait for a look unless asked otherwise."""
    state = request.GET.get("state", BankLine.State.OPEN).replace("\x00", "")
    form = BankFilter(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.bank_lines(state="" if state == "all" else state, text=text)
    order = ("booked_on", "pk") if state == BankLine.State.OPEN else ("-booked_on", "-pk")
    shown: Page[Any] = Paginator(rows.order_by(*order), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = bank_pages.lines(list(shown.object_list))
    context = {
        "form": form,
        "page": shown,
        "state": state,
        "tabs": _tabs(state),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    return page(request, "payments/office/bank.html", context, part="results")


@may(Permission.INVOICE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def statement_list(request: HttpRequest) -> HttpResponse:
    """List the statements that were read; on a post, read one."""
    form = StatementFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with refused_on(form):
            told = operations.read_statement(
                file.read(), name=file.name, by=actor(request), at=timezone.now()
            )
            messages.success(request, bank_pages.read_text(told.statements, told.new))
            return redirect("office_bank:statements")
    rows = Paginator(queries.statements_read().order_by("-imported_at", "-pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    shown.object_list = [bank_pages.statement(one) for one in shown.object_list]
    context = {"form": form, "page": shown}
    status = 422 if form.errors else 200
    return page(
        request, "payments/office/bank_statements.html", context, part="results", status=status
    )


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def match_again(request: HttpRequest) -> HttpResponse:
    """Match what waits once more, as after invoices were made."""
    done = operations.match_lines(by=actor(request), at=timezone.now())
    messages.success(request, f"{done} of the lines found what they are for.")
    return redirect("office_bank:list")


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Show a line with what it may be for, and what can be done."""
    return _shown(request, queries.bank_line(line_id))


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def assign(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Let a transfer pay invoices or charges."""
    form = AssignForm(request.POST)
    if form.is_valid():
        names = form.cleaned_data["numbers"].replace(";", ",").split(",")
        with refused_on(form):
            payment = operations.assign_line(line_id, names, by=actor(request), at=timezone.now())
            messages.success(request, f"Booked as payment {payment.number}.")
            return redirect("office_bank:detail", line_id)
    return _shown(request, queries.bank_line(line_id), assign=form)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def book(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Book a line to an account of the ledger."""
    form = BookForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            line = operations.book_line(
                line_id, **form.cleaned_data, by=actor(request), at=timezone.now()
            )
            messages.success(request, f"Booked to {line.booked_to}.")
            return redirect("office_bank:detail", line_id)
    return _shown(request, queries.bank_line(line_id), book=form)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def aside(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Keep a line aside."""
    note = request.POST.get("note", "")
    operations.keep_aside(line_id, note=note, by=actor(request), at=timezone.now())
    messages.success(request, "Kept aside. It can be assigned later.")
    return redirect("office_bank:detail", line_id)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def back(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say that a transfer goes back."""
    note = request.POST.get("note", "")
    operations.send_back(line_id, note=note, by=actor(request), at=timezone.now())
    messages.success(request, "Send it back at the bank: its statement will show it.")
    return redirect("office_bank:detail", line_id)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def counterpart(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Let a line take an earlier one back."""
    try:
        other = UUID(request.POST.get("line", ""))
    except ValueError as error:
        raise NotFound("There is no such bank line.") from error
    operations.take_back(line_id, other, by=actor(request), at=timezone.now())
    messages.success(request, "The two lines cancel each other.")
    return redirect("office_bank:detail", line_id)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def refund(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say that a line is a refund."""
    number = request.POST.get("number", "")
    operations.assign_refund(line_id, number, by=actor(request), at=timezone.now())
    messages.success(request, f"Refund {number} has gone.")
    return redirect("office_bank:detail", line_id)


def _shown(
    request: HttpRequest,
    line: BankLine,
    *,
    assign: Form | None = None,
    book: Form | None = None,
) -> HttpResponse:
    shown = bank_pages.line_page(line)
    suggested = {"numbers": ", ".join(shown.suggested)}
    context = {
        "shown": shown,
        "assign_form": assign or AssignForm(initial=suggested),
        "book_form": book or BookForm(),
        "note_form": NoteForm(),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    status = 422 if (assign and assign.errors) or (book and book.errors) else 200
    return page(request, "payments/office/bank_line.html", context, status=status)


def _tabs(state: str) -> list[Tab]:
    home = reverse("office_bank:list")
    counts = queries.lines_by_state()
    tabs = [
        Tab(label, f"{home}?state={key}", counts[key], key == state)
        for key, label in BankLine.State.choices
    ]
    return [*tabs, Tab("All", f"{home}?state=all", None, state == "all")]
