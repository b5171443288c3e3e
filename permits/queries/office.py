"""Rows of the office's lists of permits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet

from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import queries as payments
from permits.models import Permit
from permits.queries.pages import BADGES
from permits.queries.permits import PermitRow, money_of, plates_listed, row_of, rows_of
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
    charges = payments.charges_of("permit", [permit.number for permit in permits])
    owed = {number: charge.balance.minor for number, charge in charges.items()}
    return [_row(row, owed.get(row.number, 0), at) for row in rows_of(permits, at=at)]


def streamed_list(permits: QuerySet[Permit], *, at: datetime, at_once: int) -> Iterator[ListRow]:
    """Yield permits as rows, however many there are, by one statement fetched `at_once` at a time."""
    owed = payments.owed_on("permit", OuterRef("number"))
    found = permits.annotate(listed=plates_listed(at), owed_minor=owed)
    for permit in found.iterator(at_once):
        yield _row(row_of(permit, permit.listed, at=at), permit.owed_minor or 0, at)


ALL = ("listed", "link", "staff")
"""The visibilities of types that the office sells: every one."""


def kinds(*, at: datetime) -> list[tuple[str, str]]:
    """Return the permit types of the programme in force as choices."""
    return [(kind.code, kind.name) for kind in programme.in_force(at).programme.permit_types]


def _row(row: PermitRow, owed_minor: int, at: datetime) -> ListRow:
    label, tone = BADGES[row.status]
    if row.status is Status.EXPIRED and row.permit.paid_at is None:
        label = "Not paid in time"
    if row.status is Status.ACTIVE and row.ends_at - at <= timedelta(days=1):
        label, tone = "Ends within a day", "warn"
    owed = money_of(row.permit, owed_minor)
    return ListRow(row, label, tone, row.ends_at - timedelta(seconds=1), owed)
