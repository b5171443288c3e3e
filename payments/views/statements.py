"""Statements of account in the office, as a page and as paper."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.customers import queries as customers
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from payments import invoice_pages, place, queries
from payments.forms_invoices import StatementForm
from payments.views.invoices import pdf_answer


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Show what a customer, or the payer whose account it is, was charged and paid between two days."""
    form, shown = _statement(request, customer_id)
    context = {
        "form": form,
        "shown": shown,
        "customer_id": customer_id,
        "query": f"since={shown.since}&until={shown.until}",
    }
    return page(request, "payments/office/statement.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def paper(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Give the statement as a PDF."""
    _, shown = _statement(request, customer_id)
    return pdf_answer(invoice_pages.statement_pdf(shown), f"statement-{shown.until}")


def _statement(
    request: HttpRequest, customer_id: UUID
) -> tuple[StatementForm, invoice_pages.StatementPage]:
    person = customers.customer(customer_id)
    payer = queries.payer_of_customer(person.pk)
    today = place.local_date(timezone.now())
    usual = {"since": today.replace(day=1), "until": today}
    form = StatementForm(request.GET if "since" in request.GET else usual)
    told = form.cleaned_data if form.is_valid() else usual
    since, until = min(told["since"], told["until"]), max(told["since"], told["until"])
    found = queries.statement(customer_id=person.pk, payer=payer, since=since, until=until)
    return form, invoice_pages.statement_page(found, name=str(person), payer=payer)
