"""Builders for the tests of payments."""

from parkops.kernel.money import Money
from payments import queries


def usd(minor: int) -> Money:
    """Return an amount of harbor's money."""
    return Money(minor, "USD")


def balances(at) -> dict[str, int]:
    """Return the ledger's balances by account code, debits above zero; empty ones left out."""
    rows = queries.trial_balance(at).accounts
    told = {row.code: row.debit.minor - row.credit.minor for row in rows}
    return {code: minor for code, minor in told.items() if minor}
