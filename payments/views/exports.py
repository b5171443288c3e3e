"""The journal for the institution's own ledger in the office: batches, their files, the file's columns."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import operations, place
from payments.forms_books import ColumnForms, ExportForm
from payments.queries import gl as codes
from payments.queries import journal as queries
from payments.rules import journal
from payments.views.book_tabs import tabs

PER_PAGE = 25
FORMATS = {"csv": "text/csv; charset=utf-8", "iif": "text/plain; charset=utf-8"}


@may(Permission.LEDGER_VIEW)
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """List the batches of the journal, and offer to make one."""
    return _list(request, ExportForm(initial=_days()), ColumnForms(initial=_columns()))


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def make(request: HttpRequest) -> HttpResponse:
    """Make a batch of what is in none yet."""
    form = ExportForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            told = form.cleaned_data
            made = operations.export_journal(
                told["first"], told["last"], by=actor(request), at=timezone.now()
            )
            messages.success(request, f"Batch {made.number} is made.")
            return redirect("office_ledger:exports")
    return _list(request, form, ColumnForms(initial=_columns()), status=422)


@may(Permission.LEDGER_MANAGE)
@require_POST
@refusals_shown
def choose(request: HttpRequest) -> HttpResponse:
    """Set the columns of the CSV file."""
    forms = ColumnForms(request.POST)
    if not forms.is_valid():
        return _list(request, ExportForm(initial=_days()), forms, status=422)
    chosen = [
        journal.Column(one["head"], one["what"], one.get("words", ""))
        for one in forms.cleaned_data
        if one.get("head")
    ]
    operations.choose_columns(chosen, by=actor(request), at=timezone.now())
    messages.success(request, "The columns are set.")
    return redirect("office_ledger:exports")


@may(Permission.LEDGER_VIEW)
@require_GET
@refusals_shown
def file(request: HttpRequest, number: str, ending: str) -> HttpResponse:
    """Send a batch's file; it is the same however often it is asked for."""
    if ending not in FORMATS:
        raise NotFound(f"There is no file {ending} of a batch. There are {', '.join(FORMATS)}.")
    batch = queries.batch_of(queries.export(number))
    if ending == "iif":
        content = journal.as_iif(batch)
    else:
        content = journal.as_csv(batch, queries.columns())
    told = {"Content-Disposition": f'attachment; filename="{batch.number}.{ending}"'}
    return HttpResponse(content, content_type=FORMATS[ending], headers=told)


def _list(request: HttpRequest, form: ExportForm, columns: Any, status: int = 200) -> HttpResponse:
    shown: Page[Any] = Paginator(queries.exports(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "form": form,
        "columns": columns,
        "may_manage": request.user.may(Permission.LEDGER_MANAGE),
        "tabs": tabs("exports"),
    }
    return page(request, "payments/office/exports.html", context, status=status)


def _days() -> dict[str, Any]:
    """Return last month's days, or those that are open if that is closed."""
    today = place.local_date(timezone.now())
    last = today.replace(day=1) - timedelta(days=1)
    opens = codes.first_open_day()
    first = last.replace(day=1)
    if opens and opens > last and queries.exports().filter(last_on__gte=last).exists():
        first, last = opens, today
    return {"first": first, "last": last}


def _columns() -> list[dict[str, str]]:
    return [{"head": one.head, "what": one.what, "words": one.words} for one in queries.columns()]
