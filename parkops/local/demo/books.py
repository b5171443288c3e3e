"""The books in the demonstration: codes of an own ledger, months that earn their days, the last one closed."""

from datetime import datetime, timedelta
from functools import partial

from parkops.kernel.dates import local_date
from parkops.local.demo.scene import Act, Scene
from payments import accounts, operations
from payments.rules.gl import Row
from payments.rules.months import Month

KEPT = "campus"
"""The place whose accountant keeps the books; the other has not begun to."""
CODES = {
    accounts.CASH: "101-1000",
    accounts.CHEQUES: "101-1010",
    accounts.CARD_CLEARING: "101-1200",
    accounts.DEPARTMENT_ACCOUNTS: "118-4000",
    accounts.RECEIVABLE: "115-1000",
    accounts.TAX_PAYABLE: "210-5500",
    accounts.DEPOSITS_HELD: "220-1000",
    accounts.CUSTOMER_CREDIT: "220-2000",
    accounts.REFUNDS_PAYABLE: "220-3000",
    accounts.PREPAID_PERMITS: "230-1000",
    accounts.PERMIT_REVENUE: "410-0000",
    accounts.SESSION_REVENUE: "420-0000",
    accounts.FINE_REVENUE: "430-0000",
    accounts.LATE_FEES: "430-1000",
    accounts.DISCOUNTS: "430-9000",
    accounts.FEE_REVENUE: "440-0000",
    accounts.CARD_FEES: "650-1000",
}
FINER = (
    ("410-1000", "CC-STAFF", {"item": "STAFF-YEAR"}),
    ("410-2000", "CC-HOUSING", {"item": "RESIDENT"}),
    ("410-3000", "", {"item": "COMMUTER"}),
)


def acts(scene: Scene) -> list[Act]:
    """Return when the accountant sets the books up, and closes the last month."""
    if scene.cast.slug != KEPT:
        return []
    this = Month(scene.today.replace(day=1), scene.zone)
    last = Month.at(this.begins_at - timedelta(hours=1), scene.zone)
    return [
        (scene.when(-74, 7), partial(_set_up, scene)),
        (this.begins_at + timedelta(hours=9), partial(_close, scene, last)),
    ]


def _set_up(scene: Scene, at: datetime) -> None:
    accountant = scene.cast.staff["accountant"]
    first = local_date(at, scene.zone).replace(day=1)
    for account, code in CODES.items():
        operations.write_code(Row(account, code, first), by=accountant, at=at)
    for code, center, named in FINER:
        row = Row(accounts.PERMIT_REVENUE, code, first, center, **named)
        operations.write_code(row, by=accountant, at=at)
    operations.accrue_from(first, by=accountant, at=at)


def _close(scene: Scene, month: Month, at: datetime) -> None:
    accountant = scene.cast.staff["accountant"]
    operations.post_accruals(at=at)
    operations.close_month(month, by=accountant, at=at)
    operations.export_journal(month.first, month.last, by=accountant, at=at)
