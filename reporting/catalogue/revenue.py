"""Revenue and the ledger, by account."""

from parkops.kernel.dates import midnight
from parkops.kernel.money import Money, decimals
from reporting import sql
from reporting.catalogue.base import (
    PERIOD,
    Asking,
    Parameter,
    Report,
    one_day_later,
    period_text,
)
from reporting.datasets import Column, Dataset, Figure, Kind

_ROWS = """
SELECT a.code, a.name, a.kind, coalesce(sum(e.amount_minor) FILTER (WHERE e.posted_at < %(first)s), 0),
       coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0 AND e.posted_at >= %(first)s), 0),
       coalesce(-sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0 AND e.posted_at >= %(first)s), 0),
       coalesce(sum(e.amount_minor), 0)
  FROM payments_ledgeraccount a
  LEFT JOIN payments_ledgerentry e ON e.account_id = a.code AND e.posted_at < %(end)s
 WHERE %(kind)s = '' OR a.kind = %(kind)s
 GROUP BY a.code, a.name, a.kind
HAVING count(e.id) > 0
 ORDER BY a.code
"""

KINDS = (
    ("asset", "Assets"),
    ("liability", "Liabilities"),
    ("revenue", "Revenue"),
    ("expense", "Expenses"),
)

_NAMES = {"asset": "Asset", "liability": "Liability", "revenue": "Revenue", "expense": "Expense"}


def build(asking: Asking) -> Dataset:
    """Return one row for each account with entries: before, debits, credits, after."""
    programme = asking.programme
    asking.tell(0.1, "Adding up the ledger")
    found = sql.rows(
        _ROWS,
        first=midnight(asking.first, programme.tz),
        end=midnight(one_day_later(asking.last), programme.tz),
        kind=asking.answers["kind"],
    )
    rows = [
        [code, name, kind, *(Money(int(minor), programme.currency) for minor in sums)]
        for code, name, kind, *sums in found
    ]
    revenue = [(row[1], float(-row[6].minor + row[3].minor)) for row in rows if row[2] == "revenue"]
    debit = Money(sum(row[4].minor for row in rows), programme.currency)
    credit = Money(sum(row[5].minor for row in rows), programme.currency)
    earned = Money(
        sum(row[3].minor - row[6].minor for row in rows if row[2] == "revenue"), programme.currency
    )
    return Dataset(
        title="Revenue and ledger by account",
        columns=COLUMNS,
        rows=[[code, name, _NAMES.get(kind, kind), *sums] for code, name, kind, *sums in rows],
        filters=[
            ("Period", period_text(asking)),
            ("Accounts", dict(KINDS).get(asking.answers["kind"], "All")),
        ],
        notes=[
            "Debits are positive, credits negative, as in the trial balance. "
            "Over all accounts, debits and credits of any period are equal."
        ],
        figures=[
            Figure("Revenue", earned, "earned in the period, discounts taken off"),
            Figure("Debits", debit),
            Figure("Credits", credit, "equal to the debits" if debit == credit else ""),
        ],
        chart=[
            (name, value / 10 ** decimals(programme.currency))
            for name, value in revenue
            if value > 0
        ],
        chart_title="Revenue in the period, by account",
        currency=programme.currency,
    )


COLUMNS = [
    Column("code", "Account", told="Of the chart of accounts here"),
    Column("name", "Name", told="Of the account"),
    Column("kind", "Kind", told="An asset, a liability, revenue or an expense"),
    Column("before", "Before", Kind.MONEY, "Balance when the first day began", True),
    Column("debit", "Debits", Kind.MONEY, "Sum of the debits in the period", True),
    Column("credit", "Credits", Kind.MONEY, "Sum of the credits in the period", True),
    Column("after", "After", Kind.MONEY, "Balance when the last day ended", True),
]

REPORT = Report(
    code="revenue",
    name="Revenue and ledger",
    about="Every account of the ledger: balance before, debits, credits, balance after.",
    section="Money",
    parameters=(*PERIOD, Parameter("kind", "Accounts", "choice", choices=KINDS)),
    build=build,
    columns=COLUMNS,
)
