"""The chart of accounts: which accounts there are, by code, and which side each grows on."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["asset", "liability", "revenue", "expense"]

CASH = "1000"
CHEQUES = "1010"
CARD_CLEARING = "1020"
TERMINAL_CLEARING = "1025"
DEPARTMENT_ACCOUNTS = "1030"
OTHER_CLEARING = "1040"
BANK = "1050"
IN_TRANSIT = "1060"
RECEIVABLE = "1100"
TAX_PAYABLE = "2000"
DEPOSITS_HELD = "2100"
CUSTOMER_CREDIT = "2200"
REFUNDS_PAYABLE = "2300"
PREPAID_PERMITS = "2400"
GIFT_CERTIFICATES = "2450"
SUSPENSE = "2900"
BROUGHT_OVER = "3000"
PERMIT_REVENUE = "4000"
SESSION_REVENUE = "4010"
FINE_REVENUE = "4100"
LATE_FEES = "4110"
DISCOUNTS = "4190"
FEE_REVENUE = "4200"
CASH_OVER_SHORT = "5000"
CARD_FEES = "5100"
PLATFORM_FEES = "5110"
BAD_DEBT = "5200"
SMALL_PURCHASES = "5300"
GOODS_DRIVES = "5310"
GOODWILL = "5320"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart. Assets and expenses grow by debits, the others by credits."""

    code: str
    name: str
    kind: Kind


CHART = (
    Account(CASH, "Cash", "asset"),
    Account(CHEQUES, "Checks", "asset"),
    Account(CARD_CLEARING, "Cards, at the card provider", "asset"),
    Account(TERMINAL_CLEARING, "Cards, at the terminal", "asset"),
    Account(DEPARTMENT_ACCOUNTS, "Departments and payroll", "asset"),
    Account(OTHER_CLEARING, "Other ways of paying", "asset"),
    Account(BANK, "Bank", "asset"),
    Account(IN_TRANSIT, "On the way from or to the bank", "asset"),
    Account(RECEIVABLE, "Owed by customers", "asset"),
    Account(TAX_PAYABLE, "Tax to hand over", "liability"),
    Account(DEPOSITS_HELD, "Deposits held", "liability"),
    Account(CUSTOMER_CREDIT, "Credit of customers", "liability"),
    Account(REFUNDS_PAYABLE, "Refunds under way", "liability"),
    Account(PREPAID_PERMITS, "Prepaid permits", "liability"),
    Account(GIFT_CERTIFICATES, "Gift certificates not used yet", "liability"),
    Account(SUSPENSE, "Money to be looked into", "liability"),
    Account(BROUGHT_OVER, "Brought over from the former system", "liability"),
    Account(PERMIT_REVENUE, "Permits", "revenue"),
    Account(SESSION_REVENUE, "Parking sessions", "revenue"),
    Account(FINE_REVENUE, "Fines", "revenue"),
    Account(LATE_FEES, "Late fees", "revenue"),
    Account(DISCOUNTS, "Discounts for early payment", "revenue"),
    Account(FEE_REVENUE, "Fees", "revenue"),
    Account(CASH_OVER_SHORT, "Cash over and short", "expense"),
    Account(CARD_FEES, "Card provider's fees", "expense"),
    Account(PLATFORM_FEES, "Platform's fees", "expense"),
    Account(BAD_DEBT, "Written off", "expense"),
    Account(SMALL_PURCHASES, "Small purchases in cash", "expense"),
    Account(GOODS_DRIVES, "Goods taken by drives", "expense"),
    Account(GOODWILL, "Given in goodwill", "expense"),
)

BOOKABLE = (
    IN_TRANSIT,
    CASH,
    CHEQUES,
    CARD_CLEARING,
    DEPARTMENT_ACCOUNTS,
    OTHER_CLEARING,
    TAX_PAYABLE,
    CASH_OVER_SHORT,
    CARD_FEES,
)
"""Accounts that a line of the bank's may be booked to by hand: no row of ours stands behind their entries."""

METHOD_ACCOUNTS = {
    "cash": CASH,
    "cheque": CHEQUES,
    "card": CARD_CLEARING,
    "terminal": TERMINAL_CLEARING,
    "account": DEPARTMENT_ACCOUNTS,
    "bank": SUSPENSE,
    "gift": GIFT_CERTIFICATES,
    "goods": GOODS_DRIVES,
    "other": OTHER_CLEARING,
}
"""Where the money of each way of paying stands. A transfer is in the bank, and in what is to be looked
into, since the statement was read: a payment takes it from there."""
