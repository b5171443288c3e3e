"""What a collector writes of payments that came to them. Pure."""

from dataclasses import dataclass
from datetime import date

from enforcement.rules.tables import Fault, read_table
from parkops.kernel.dates import YEARS
from parkops.kernel.money import Money

COLUMNS = ("citation", "paid_on", "amount", "reference")
"""The columns of the file; `reference` is the collector's own number of the payment."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A payment that came to a collector."""

    line: int
    citation: str
    paid_on: date
    amount: Money
    reference: str


def read_payments(
    content: bytes, *, currency: str, today: date
) -> tuple[list[Collected], list[Fault]]:
    """Read a collector's file of payments; `today` is the last day that one may be of."""
    rows, faults = read_table(content, needed=COLUMNS)
    found: list[Collected] = []
    for line, told in rows:
        try:
            paid_on = date.fromisoformat(told["paid_on"])
            amount = Money.parse(told["amount"], currency)
        except ValueError as error:
            faults.append(Fault(line, f"{error}. A date is written 2026-05-20, an amount 40.00."))
            continue
        if paid_on.year not in YEARS:
            faults.append(Fault(line, f"{paid_on} is no day of a payment; give a year from 1900."))
        elif paid_on > today:
            faults.append(Fault(line, f"{paid_on} has not come yet."))
        elif amount.minor <= 0:
            faults.append(Fault(line, f"{amount.amount} is no payment; write what was paid."))
        else:
            reference = told["reference"][:60]
            found.append(Collected(line, told["citation"], paid_on, amount, reference))
    return found, faults
