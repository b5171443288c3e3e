"""What permits were sold for and later months earn: the waterfall."""

from datetime import date, timedelta
from typing import Any

from parkops.kernel.dates import midnight
from parkops.kernel.money import Money, decimals
from payments.accounts import PREPAID_PERMITS
from payments.queries import accruals
from payments.queries.ledger import balance_before
from payments.rules.accruals import Prepaid, waterfall
from reporting.catalogue.base import Asking, Parameter, Report
from reporting.datasets import Column, Dataset, Figure, Kind


def build(asking: Asking) -> Dataset:
    """Return one row for each month that is yet to earn, and permit type."""
    currency, zone = asking.programme.currency, asking.programme.tz
    month = asking.answers["to"].replace(day=1)
    at = midnight(month, zone)
    asking.tell(0.1, "Looking at what was sold")
    by_type: dict[str, list[Prepaid]] = {}
    for each in accruals.prepaid_at(at):
        if each.prepaid.term.end > month:
            by_type.setdefault(each.charge.item_code, []).append(each.prepaid)
    asking.tell(0.8, "Adding up the months")
    rows: list[list[Any]] = []
    months: dict[date, int] = {}
    for code, prepaid in by_type.items():
        for earned, minor in waterfall(prepaid, month):
            rows.append([f"{earned:%Y-%m}", code, len(prepaid), Money(minor, currency)])
            months[earned] = months.get(earned, 0) + minor
    rows.sort(key=lambda row: (row[0], row[1]))
    total = Money(sum(months.values()), currency)
    held = balance_before(PREPAID_PERMITS, at)
    return Dataset(
        title="Prepaid permits by the month that earns them",
        columns=COLUMNS,
        rows=rows,
        filters=[("As of", f"{month - timedelta(days=1):%-d %B %Y}, the end of the day")],
        notes=["Each permit is earned by the days of its term, as they were known then."],
        figures=[
            Figure("To be earned", total, f"from {month:%B %Y} on"),
            Figure("On account 2400", -held, "as posted then"),
            Figure("In the first month", Money(months.get(month, 0), currency)),
            Figure("Later", Money(total.minor - months.get(month, 0), currency)),
        ],
        chart=[
            (f"{earned:%m/%y}", minor / 10 ** decimals(currency))
            for earned, minor in sorted(months.items())
        ],
        chart_title="Earned in each month",
        currency=currency,
    )


COLUMNS = [
    Column("month", "Month", Kind.MONTH, "That will earn it"),
    Column("type", "Type", told="The code of the permit type"),
    Column("permits", "Permits", Kind.COUNT, "With a part that is not earned"),
    Column("earned", "Earned", Kind.MONEY, "In this month", True),
]

REPORT = Report(
    code="prepaid-permits",
    name="Prepaid permits",
    about="What was sold and is not earned yet, by the month that will earn it.",
    section="Money",
    parameters=(Parameter("to", "At the beginning of the month of", "date", blank="Today"),),
    build=build,
    columns=COLUMNS,
)
