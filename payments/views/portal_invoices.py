"""Where payers see their invoices and their statement by a signed link, and pay."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import page, refusals_shown
from payments import gateways, invoice_pages, links, place, queries
from payments.models import AccountPayer, Invoice
from payments.views.invoices import pdf_answer

NEWEST = 50


@public
@require_safe
@refusals_shown
def invoice(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invoice to whoever holds its link, with both ways to pay it."""
    context = {
        "shown": invoice_pages.invoice_page(_invoice(token), at=timezone.now()),
        "takes_cards": gateways.takes_cards(request.tenant),
    }
    return page(request, "payments/portal/invoice.html", context)


@public
@require_safe
@refusals_shown
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """Give the invoice as a PDF."""
    found = _invoice(token)
    return pdf_answer(invoice_pages.invoice_pdf(found, at=timezone.now()), found.number)


@public
@require_safe
@refusals_shown
def account(request: HttpRequest, token: str) -> HttpResponse:
    """Show a payer its newest invoices and what it owes by age."""
    payer = _payer(token)
    today = place.local_date(timezone.now())
    rows = list(
        queries.invoices_matching(payer=payer, today=today).order_by("-issued_on", "-pk")[:NEWEST]
    )
    context = {
        "payer": payer,
        "invoices": [invoice_pages.invoice_line(one, today=today) for one in rows],
        "statement": _statement(payer),
        "token": token,
    }
    return page(request, "payments/portal/account.html", context)


@public
@require_safe
@refusals_shown
def statement_paper(request: HttpRequest, token: str) -> HttpResponse:
    """Give this year's statement as a PDF."""
    shown = _statement(_payer(token))
    return pdf_answer(invoice_pages.statement_pdf(shown), f"statement-{shown.until}")


def _statement(payer: AccountPayer) -> invoice_pages.StatementPage:
    today = place.local_date(timezone.now())
    found = queries.statement(
        customer_id=payer.customer_id,
        payer=payer,
        since=today.replace(month=1, day=1),
        until=today,
    )
    return invoice_pages.statement_page(found, name=payer.name, payer=payer)


def _invoice(token: str) -> Invoice:
    return queries.invoice_by_id(_read(links.read_invoice_token, token))


def _payer(token: str) -> AccountPayer:
    return queries.payer(_read(links.read_account_token, token))


def _read(reader, token: str) -> UUID:
    try:
        return reader(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Http404("This link was not made here.") from error
