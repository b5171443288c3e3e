"""Rows of the office's lists of permits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import queries as payments
from permits.models import Permit
from permits.queries.pages import BADGES
from permits.queries.permits import PermitRow, money_of, rows_of
from permits.rules.status import Status


@dataclass(frozen=True, slots=True)
class ListRow:
    """A permit as the office's list shows it."""

    row: PermitRow
    label: str
    tone: str
    last_at: datetime
    owed: Money


def list_rows(permits: Sequence[Permit], *, at: datetime) -> list[ListRow]:
    """Return a page of permits as rows, by two more queries for their plates and charges."""
    owed = payments.charges_of("permit", [permit.number for permit in permits])
    return [_row(row, owed, at) for row in rows_of(permits, at=at)]


ALL = ("listed", "link", "staff")
"""The visibilities of types that the office sells: every one."""


def kinds(*, at: datetime) -> list[tuple[str, str]]:
    """Return the permit types of the programme in force as choices."""
    return [(kind.code, kind.name) for kind in programme.in_force(at).programme.permit_types]


def _row(row: PermitRow, owed: dict[str, payments.ChargeRow], at: datetime) -> ListRow:
    label, tone = BADGES[row.status]
    if row.status is Status.EXPIRED and row.permit.paid_at is None:
        label = "Not paid in time"
    if row.status is Status.ACTIVE and row.ends_at - at <= timedelta(days=1):
        label, tone = "Ends within a day", "warn"
    charge = owed.get(row.number)
    balance = charge.balance if charge else money_of(row.permit, 0)
    return ListRow(row, label, tone, row.ends_at - timedelta(seconds=1), balance)
