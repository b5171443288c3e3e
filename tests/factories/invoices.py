"""Builders for the tests of invoices."""

from datetime import datetime
from typing import Any

from payments import operations
from payments.models import AccountPayer, Charge, Invoice
from tests.factories.payments import CLERK


def account_of(at: datetime, **given: Any) -> AccountPayer:
    """Open an account, a department's unless said otherwise."""
    usual = {"kind": "department", "name": "Biology", "email": "biology@example.test"}
    return operations.open_payer(**{**usual, **given}, by=CLERK, at=at)


def on_account(payer: AccountPayer, *charges: Charge, at: datetime) -> list[Charge]:
    """Put charges on an account."""
    ids = [charge.public_id for charge in charges]
    return operations.put_on_account(ids, payer=payer.public_id, by=CLERK, at=at)


def invoiced(payer: AccountPayer, *charges: Charge, at: datetime) -> Invoice:
    """Put charges on an account and invoice them."""
    on_account(payer, *charges, at=at)
    ids = [charge.public_id for charge in charges]
    return operations.make_invoice(payer.public_id, ids, by=CLERK, at=at)
