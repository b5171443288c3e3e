"""Signed addresses, good in this tenant only, to pay or to see a receipt without signing in."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from parkops.tenancy import hosts, signing
from payments.models import AccountPayer, Invoice, Payment


def pay_path(charge_ids: Sequence[UUID], *, return_path: str = "") -> str:
    """Return the path of the page where these charges can be paid by whoever holds the link."""
    value = [[str(one) for one in charge_ids], return_path]
    return reverse("portal_payments:pay", args=[signing.sign(value, purpose="pay")])


def pay_url(charge_ids: Sequence[UUID], *, return_path: str = "") -> str:
    """Return the whole address of the page where these charges can be paid."""
    return f"{hosts.current_site_url()}{pay_path(charge_ids, return_path=return_path)}"


def read_pay_token(token: str) -> tuple[list[UUID], str]:
    """Return the charges and the return path that a link was made for.

    :raises BadSignature: if it was not made here.
    """
    charge_ids, return_path = signing.unsign(token, purpose="pay")
    return [UUID(one) for one in charge_ids], return_path


def receipt_path(payment: Payment) -> str:
    """Return the path of a payment's receipt."""
    token = signing.sign(str(payment.public_id), purpose="receipt")
    return reverse("portal_payments:receipt", args=[token])


def receipt_pdf_path(payment: Payment) -> str:
    """Return the path of a payment's receipt as a PDF."""
    token = signing.sign(str(payment.public_id), purpose="receipt")
    return reverse("portal_payments:receipt_pdf", args=[token])


def receipt_url(payment: Payment) -> str:
    """Return the whole address of a payment's receipt, for messages and the API."""
    return f"{hosts.current_site_url()}{receipt_path(payment)}"


def read_receipt_token(token: str) -> UUID:
    """Return the payment that a receipt's link was made for.

    :raises BadSignature: if it was not made here.
    """
    return UUID(signing.unsign(token, purpose="receipt"))


def read_checkout_token(token: str) -> UUID:
    """Return the payment that the provider's page sends back to.

    :raises BadSignature: if it was not made here.
    """
    return UUID(signing.unsign(token, purpose="checkout"))


def invoice_path(invoice: Invoice) -> str:
    """Return the path where whoever holds the link sees an invoice and pays it."""
    token = signing.sign(str(invoice.public_id), purpose="invoice")
    return reverse("portal_invoices:invoice", args=[token])


def invoice_pdf_path(invoice: Invoice) -> str:
    """Return the path of an invoice as a PDF."""
    token = signing.sign(str(invoice.public_id), purpose="invoice")
    return reverse("portal_invoices:pdf", args=[token])


def invoice_url(invoice: Invoice) -> str:
    """Return the whole address of an invoice, for messages."""
    return f"{hosts.current_site_url()}{invoice_path(invoice)}"


def read_invoice_token(token: str) -> UUID:
    """Return the invoice that a link was made for.

    :raises BadSignature: if it was not made here.
    """
    return UUID(signing.unsign(token, purpose="invoice"))


def account_path(payer: AccountPayer) -> str:
    """Return the path where whoever holds the link sees all invoices of a payer, and its statement."""
    token = signing.sign(str(payer.public_id), purpose="payer")
    return reverse("portal_invoices:account", args=[token])


def account_url(payer: AccountPayer) -> str:
    """Return the whole address of a payer's invoices, for messages."""
    return f"{hosts.current_site_url()}{account_path(payer)}"


def read_account_token(token: str) -> UUID:
    """Return the payer that a link was made for.

    :raises BadSignature: if it was not made here.
    """
    return UUID(signing.unsign(token, purpose="payer"))
