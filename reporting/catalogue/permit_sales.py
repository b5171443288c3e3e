"""Permit sales by type and month."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from parkops.kernel.dates import midnight
from parkops.kernel.money import Money
from reporting import sql
from reporting.catalogue.base import PERIOD, Asking, Report, one_day_later, period_text
from reporting.datasets import Column, Dataset, Figure, Kind, over_time

_ROWS = """
SELECT to_char(paid_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month,
       upper(type_code) AS code,
       count(*),
       sum(net_minor), sum(tax_minor), sum(net_minor + tax_minor), sum(deposit_minor),
       count(*) FILTER (WHERE cancelled_at IS NOT NULL),
       count(*) FILTER (WHERE revoked_at IS NOT NULL)
  FROM permits_permit
 WHERE paid_at >= %(first)s AND paid_at < %(end)s
 GROUP BY 1, 2
 ORDER BY 1, 2
"""


_DAYS = """
SELECT (paid_at AT TIME ZONE %(zone)s)::date, count(*)
  FROM permits_permit
 WHERE paid_at >= %(first)s AND paid_at < %(end)s
 GROUP BY 1
"""


def build(asking: Asking) -> Dataset:
    """Return one row for each month and permit type sold, by the local day on which it was paid."""
    programme = asking.programme
    asking.tell(0.1, "Adding up the sales")
    values = {
        "zone": programme.head.timezone,
        "first": midnight(asking.first, programme.tz),
        "end": midnight(one_day_later(asking.last), programme.tz),
    }
    found = sql.rows(_ROWS, **values)
    rows = []
    for month, code, sold, net, tax, gross, deposits, cancelled, revoked in found:
        kind = programme.permit_type(code)
        money = [Money(int(minor), programme.currency) for minor in (net, tax, gross, deposits)]
        rows.append(
            [month, kind.code if kind else code, kind.name if kind else "", sold, *money]
            + [cancelled, revoked]
        )
    step, drawn = over_time(dict(sql.rows(_DAYS, **values)), first=asking.first, last=asking.last)
    return Dataset(
        title="Permit sales by type and month",
        columns=COLUMNS,
        rows=rows,
        filters=[("Period", period_text(asking))],
        notes=["A permit counts in the month in which it was paid, at the price it was sold for."],
        figures=_figures(rows, programme.currency),
        chart=drawn,
        chart_title=f"Sold a {step}",
        currency=programme.currency,
    )


def _figures(rows: Sequence[Sequence[Any]], currency: str) -> list[Figure]:
    """Return what stands on top: how many, what they brought, what became of them."""
    sold, cancelled, revoked = (sum(row[place] for row in rows) for place in (3, -2, -1))
    net, tax, total = (
        Money(sum(row[place].minor for row in rows), currency) for place in (4, 5, 6)
    )
    each = Money.round_half_up(Decimal(net.minor) / (sold or 1), currency)
    return [
        Figure("Sold", sold, f"{cancelled + revoked:,} cancelled or revoked since"),
        Figure("Net", net, f"{each} each on average" if sold else ""),
        Figure("Tax", tax),
        Figure("Total", total, "net and tax"),
    ]


COLUMNS = [
    Column("month", "Month", Kind.MONTH, told="The local month in which the permit was paid"),
    Column("type", "Type", told="Its code in the program"),
    Column("name", "Name", told="As the program in force names it; blank for a retired type"),
    Column("sold", "Sold", Kind.COUNT, "Permits paid, free ones included", True),
    Column("net", "Net", Kind.MONEY, "Price without tax, as sold", True),
    Column("tax", "Tax", Kind.MONEY, "Tax on the price, as sold", True),
    Column("total", "Total", Kind.MONEY, "Net and tax", True),
    Column("deposits", "Deposits", Kind.MONEY, "Deposits taken with the permits", True),
    Column("cancelled", "Cancelled", Kind.COUNT, "Of the permits sold, cancelled since", True),
    Column("revoked", "Revoked", Kind.COUNT, "Of the permits sold, revoked since", True),
]

REPORT = Report(
    code="permit-sales",
    name="Permit sales",
    about="What was sold, by type and month, with tax, deposits and later cancellations.",
    section="Permits",
    parameters=PERIOD,
    build=build,
    columns=COLUMNS,
)
