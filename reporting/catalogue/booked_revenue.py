"""Revenue by the codes of the institution's own ledger."""

from typing import Any

from parkops.kernel.money import Money, decimals
from payments.queries import gl
from reporting.catalogue.base import PERIOD, Asking, Report, period_text
from reporting.datasets import Column, Dataset, Figure, Kind


def build(asking: Asking) -> Dataset:
    """Return one row for each code, account, type, zone and audience that earned something."""
    currency = asking.programme.currency
    asking.tell(0.1, "Adding up the ledger")
    found = gl.booked_between(asking.first, asking.last, kind="revenue")
    found.sort(
        key=lambda one: (one.booked.code, one.booked.cost_center, one.account, one.facts.item)
    )
    rows: list[list[Any]] = []
    codes: dict[str, int] = {}
    for one in found:
        earned = one.credit - one.debit
        charged, taken = one.credit - one.released, one.debit - one.put_off
        parts = (charged, taken, one.put_off - one.released, earned)
        booked, facts = one.booked, one.facts
        told = [booked.code, booked.cost_center, one.account, one.name]
        told += [facts.item, facts.zone, facts.audience]
        rows.append([*told, *(Money(minor, currency) for minor in parts)])
        codes[booked.code or "no code"] = codes.get(booked.code or "no code", 0) + earned
    sums = [Money(sum(row[place].minor for row in rows), currency) for place in range(7, 11)]
    without = sum(1 for row in rows if not row[0])
    return Dataset(
        title="Revenue by code of your own ledger",
        columns=COLUMNS,
        rows=rows,
        filters=[("Period", period_text(asking))],
        notes=[
            "Charged and taken off are by the day on which they were posted: a permit when it was sold, a "
            "citation when it was written. Put off is what permits' later months earn, less what earlier "
            "sales earn in this period.",
            *([f"{without} rows have no code yet: Ledger, Codes."] if without else []),
        ],
        figures=[
            Figure("Charged", sums[0], "sold, written, and fees"),
            Figure("Taken off", sums[1], "refunds, voids and discounts"),
            Figure("Put off", sums[2], "to the months that earn it"),
            Figure("Revenue", sums[3], "of the period, without tax"),
        ],
        chart=[
            (code, minor / 10 ** decimals(currency))
            for code, minor in sorted(codes.items())
            if minor > 0
        ],
        chart_title="Revenue in the period, by code",
        currency=currency,
    )


COLUMNS = [
    Column(
        "code",
        "Code",
        told="Of your own ledger, by the mapping of the day; blank where it has none",
    ),
    Column("cost_center", "Cost center", told="Of your own ledger, by the mapping of the day"),
    Column("account", "Account", told="Of the chart here"),
    Column("name", "Name", told="Of the account"),
    Column("type", "Type", told="Permit type or violation"),
    Column("zone", "Zone", told="A permit's first zone"),
    Column(
        "audience",
        "Sold to",
        told="The audience under which a permit was bought; blank for citations",
    ),
    Column("charged", "Charged", Kind.MONEY, "Without tax", True),
    Column("taken_off", "Taken off", Kind.MONEY, "Without tax", True),
    Column("put_off", "Put off", Kind.MONEY, "To later months, less what came from earlier", True),
    Column("revenue", "Revenue", Kind.MONEY, "Charged, less taken off and put off", True),
]

REPORT = Report(
    code="booked-revenue",
    name="Revenue by code",
    about="What was earned, by the code of your own ledger, permit type or violation, zone and audience.",
    section="Money",
    parameters=PERIOD,
    build=build,
    columns=COLUMNS,
)
