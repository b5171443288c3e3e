"""One permit with all that its page shows, to its holder and to the office."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from parkops.audit.models import AuditEvent
from parkops.kernel.decisions import Decision
from parkops.kernel.money import Money
from parkops.kernel.periods import Period
from parkops.kernel.texts import named, revived
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.ui.values import Reason
from payments import pages as payment_pages
from payments import queries as payments
from payments.queries import ChargeRow
from permits.models import Permit, VisitorPass
from permits.queries import switching
from permits.queries.permits import PlateOn, money_of, plates_of, type_of
from permits.queries.stays import left_of
from permits.rules.grants import describe_grants
from permits.rules.passes import Allotment
from permits.rules.reminders import days_told_before
from permits.rules.renewals import may_renew
from permits.rules.status import CURRENT, Status
from permits.rules.terms import span_text

BADGES: dict[Status, tuple[str, str]] = {
    Status.HELD: ("Not paid yet", "warn"),
    Status.PENDING: ("Waits for approval", "warn"),
    Status.SCHEDULED: ("Starts later", "info"),
    Status.ACTIVE: ("In force", "good"),
    Status.SUSPENDED: ("Suspended", "warn"),
    Status.EXPIRED: ("Ended", ""),
    Status.CANCELLED: ("Canceled", ""),
    Status.REVOKED: ("Revoked", "bad"),
}
"""What a status is called on screen, and its tone."""
JUST_NOW = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PermitPage:
    """A permit as its page shows it at an instant."""

    permit: Permit
    kind: PermitType
    status: Status
    label: str
    tone: str
    plates: tuple[PlateOn, ...]
    grants: list[str]
    span: str
    last_at: datetime
    total: Money
    lines: list[Reason]
    because: list[str]
    charges: list[ChargeRow]
    owed: Money
    receipts: list[payment_pages.ReceiptLink]
    is_new: bool
    told_before: int | None
    may_renew: Decision
    may_change: bool
    may_switch: bool
    allotment: Allotment | None
    passes: list[VisitorPass]

    @property
    def is_held(self) -> bool:
        """Whether it waits for its money."""
        return self.status is Status.HELD

    @property
    def is_valid(self) -> bool:
        """Whether it is, or will be, a right to park."""
        return self.status in (Status.ACTIVE, Status.SCHEDULED)


def permit_page(permit: Permit, *, by_staff: bool = False, at: datetime) -> PermitPage:
    """Return a permit as its page shows it at `at`, to its holder or to staff."""
    kind, status = type_of(permit), permit.status_at(at)
    sold_under = programme.version(permit.programme_version).programme
    charges = charges_of(permit, at=at)
    label, tone = BADGES[status]
    if status is Status.EXPIRED and permit.paid_at is None:
        label = named("Not paid in time")
    owed = money_of(permit, sum(row.balance.minor for row in charges))
    sale = _sale(permit)
    said = sale.get("said", {})
    return PermitPage(
        permit=permit,
        kind=kind,
        status=status,
        label=label,
        tone=tone,
        plates=plates_of([permit], at=at).get(permit.pk, ()),
        grants=describe_grants(kind.grants, sold_under),
        span=span_text(Period(permit.starts_at, permit.ends_at), sold_under.tz),
        last_at=permit.ends_at - timedelta(seconds=1),
        total=money_of(permit, permit.net_minor + permit.tax_minor),
        lines=[
            Reason(revived(text, said), money_of(permit, minor))
            for text, minor in permit.price_lines
        ],
        because=[revived(text, said) for text in sale.get("because", [])],
        charges=charges,
        owed=owed,
        receipts=payment_pages.receipt_links(payments.receipts_for(charges)),
        is_new=permit.paid_at is not None and at - permit.recorded_at < JUST_NOW,
        told_before=days_told_before(starts_at=permit.starts_at, ends_at=permit.ends_at, at=at),
        may_renew=_may_renew(permit, status, by_staff=by_staff, at=at),
        may_change=status in CURRENT and kind.vehicles.max > 0,
        may_switch=switching.may_switch_at_all(permit, at=at),
        allotment=_allotment(permit, kind, status, at=at),
        passes=list(
            permit.passes.filter(ended_at=None, ends_at__gt=at).order_by("starts_at", "pk")[:50]
        )
        if kind.passes
        else [],
    )


def charges_of(permit: Permit, *, at: datetime) -> list[ChargeRow]:
    """Return the charges of a permit: its price and its deposit."""
    kinds = ["permit", "deposit"] if permit.deposit_minor else ["permit"]
    rows = [payments.charge_of(kind, permit.number, at=at) for kind in kinds]
    return [row for row in rows if row is not None]


def _sale(permit: Permit) -> dict[str, Any]:
    """Return what was recorded with the sale: the reasons of the price, and how they were made."""
    sale = AuditEvent.objects.filter(
        subject_kind="permit", subject_ref=permit.number, event="permit.held"
    ).first()
    return sale.data if sale else {}


def _may_renew(permit: Permit, status: Status, *, by_staff: bool, at: datetime) -> Decision:
    rules = programme.in_force(at).programme
    kind = rules.permit_type(permit.type_code)
    if kind is None:
        return Decision("not_renewable", "This kind of permit is not sold any more.")
    renewals = permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True)
    return may_renew(
        kind,
        status=status,
        ends_at=permit.ends_at,
        is_renewed=renewals.exists(),
        by_staff=by_staff,
        zone=rules.tz,
        at=at,
    )


def _allotment(
    permit: Permit, kind: PermitType, status: Status, *, at: datetime
) -> Allotment | None:
    if kind.passes is None or status not in (Status.ACTIVE, Status.SCHEDULED):
        return None
    begins = max(at, permit.starts_at)
    return left_of(permit, wanted=Period(begins, begins + timedelta(minutes=1)))
