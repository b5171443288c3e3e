"""Files of charges in the office: made, answered, settled."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import charge_pages, operations, queries
from payments.forms_adjustments import AnswerForm, FileColumnsForm
from payments.models import ChargeAccount
from payments.rules.charge_files import shown_columns

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def file_list(request: HttpRequest) -> HttpResponse:
    """List files of charges, the newest first."""
    return _list(request)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def columns(request: HttpRequest) -> HttpResponse:
    """Set the columns of the files for payroll or student accounts."""
    form = FileColumnsForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            operations.choose_file_columns(
                **form.cleaned_data, by=actor(request), at=timezone.now()
            )
            messages.success(request, "The columns are set.")
            return redirect("office_charge_files:list")
    return _list(request, form)


def _list(request: HttpRequest, sent: FileColumnsForm | None = None) -> HttpResponse:
    rows = Paginator(queries.batches().order_by("-made_at", "-pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    shown.object_list = [charge_pages.batch(one) for one in shown.object_list]
    context = {
        "page": shown,
        "kinds": ChargeAccount.Kind.choices,
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    context["columns"] = _columns(sent) if context["may_manage"] else []
    status = 422 if sent is not None else 200
    return page(
        request, "payments/office/charge_files.html", context, part="results", status=status
    )


def _columns(sent: FileColumnsForm | None) -> list[tuple[str, FileColumnsForm]]:
    """Return the forms of the columns, each with the kind of account that it is for."""
    found = []
    for kind, label in ChargeAccount.Kind.choices:
        now = queries.charge_file_columns(kind)
        initial = {
            "kind": kind,
            "sent": shown_columns(now.sent),
            "answered": shown_columns(now.answered),
        }
        is_sent = sent is not None and sent.data.get("kind") == kind
        form = (
            sent if sent is not None and is_sent else FileColumnsForm(initial=initial, prefix=None)
        )
        form.auto_id = f"id_{kind}_%s"
        found.append((label, form))
    return found


@may(Permission.INVOICE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Choose what is sent to payroll or the student accounts; on a post, make the file."""
    kind = request.GET.get("kind", ChargeAccount.Kind.PAYROLL)
    if kind not in ChargeAccount.Kind.values:
        raise NotFound("There is no such file.")
    if request.method == "POST":
        made = operations.make_batch(
            kind,
            [_uuid(one) for one in request.POST.getlist("charge")],
            by=actor(request),
            at=timezone.now(),
        )
        messages.success(request, f"File {made.number} is made. Download it and hand it over.")
        return redirect("office_charge_files:detail", made.number)
    rows = list(queries.to_send(kind).order_by("pk")[:1_000])
    context = {
        "kind": ChargeAccount.Kind(kind).label,
        "rows": charge_pages.to_send(rows, at=timezone.now()),
    }
    return page(request, "payments/office/charge_file_new.html", context)


@may(Permission.PAYMENT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a file with what became of each charge; on a post, take its answer."""
    may_manage = request.user.may(Permission.INVOICE_MANAGE)
    form = AnswerForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    if request.method == "POST" and may_manage and form.is_valid():
        with refused_on(form):
            told = operations.read_answer(
                number, form.cleaned_data["file"].read(), by=actor(request), at=timezone.now()
            )
            faults = told.faults
            messages.success(request, f"{told.taken} rows taken, {told.known} known already.")
            if not faults:
                return redirect("office_charge_files:detail", number)
    context = {
        "shown": charge_pages.batch_page(queries.batch(number)),
        "form": form,
        "faults": faults,
        "may_manage": may_manage,
    }
    status = 422 if form.errors or faults else 200
    return page(request, "payments/office/charge_file.html", context, status=status)


@may(Permission.INVOICE_MANAGE)
@require_safe
@refusals_shown
def download(request: HttpRequest, number: str) -> HttpResponse:
    """Give the file as CSV."""
    told = charge_pages.written(queries.batch(number))
    headers = {"Content-Disposition": f'attachment; filename="{number}.csv"'}
    return HttpResponse(told, content_type="text/csv; charset=utf-8", headers=headers)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Say which transfer of the bank's brought what was accepted."""
    line = _uuid(request.POST.get("line", ""))
    operations.settle_batch(number, line, by=actor(request), at=timezone.now())
    messages.success(request, f"File {number} is settled.")
    return redirect("office_charge_files:detail", number)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such charge or line.") from error
