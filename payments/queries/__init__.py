"""What is owed, taken and posted: reads that return values."""

from payments.queries.charges import (
    ChargeRow,
    as_rows,
    charge_of,
    charges_of,
    open_charges,
    overdue,
)
from payments.queries.ledger import trial_balance

__all__ = [
    "ChargeRow",
    "as_rows",
    "charge_of",
    "charges_of",
    "open_charges",
    "overdue",
    "trial_balance",
]
