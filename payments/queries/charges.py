"""What is owed, as of an instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place, settlement
from payments.models import Charge


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge: what it comes to, what is paid, what is owed of it, and until when."""

    id: UUID
    pk: int
    kind: str
    reference: str
    customer_id: int | None
    plate_key: str
    text: str
    why: str
    amount: Money
    paid: Money
    balance: Money
    due_on: date | None
    raised_at: datetime
    paused: bool
    planned: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is owed of it."""
        return self.balance.minor == 0


def charge_of(kind: str, reference: str, *, at: datetime | None = None) -> ChargeRow | None:
    """Return the charge of this subject, as last looked at or as of `at`, None if none."""
    return charges_of(kind, [reference], at=at).get(reference)


def charges_of(
    kind: str, references: Iterable[str], *, at: datetime | None = None
) -> dict[str, ChargeRow]:
    """Return the charges of these subjects by reference, as last looked at, or as of `at`."""
    found = Charge.objects.filter(kind=kind, reference__in=list(references))
    return {row.reference: row for row in as_rows(found.order_by("pk"), at=at)}


def owed_on(kind: str, reference: OuterRef) -> Subquery:
    """Return the expression of what is owed of the charge of this subject, as last looked at, in minor
    units; null if it has none. A list of any length asks it in its own statement."""
    found = Charge.objects.filter(kind=kind, reference=reference).order_by("-pk")
    return Subquery(found.values(owed=Greatest(F("amount_minor") - F("paid_minor"), 0))[:1])


def parts_of(kind: str, reference: str) -> tuple[Money, Money] | None:
    """Return the net and the tax that the charge of this subject comes to now, None if none."""
    found = Charge.objects.filter(kind=kind, reference=reference).first()
    if found is None:
        return None
    currency = place.currency()
    return Money(found.net_minor, currency), Money(found.tax_minor, currency)


def open_charges(
    *, customer_id: int | None = None, plate_keys: Sequence[str] = (), at: datetime
) -> list[ChargeRow]:
    """Return what this customer or these plates owe at `at`, what is due first first."""
    found = Charge.objects.of(customer_id=customer_id, plate_keys=tuple(plate_keys)).unsettled()
    rows = [row for row in as_rows(found.order_by("pk"), at=at) if row.balance.minor > 0]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.pk))


def overdue(
    *, customer_id: int | None = None, plate_keys: Sequence[str] = (), at: datetime
) -> list[ChargeRow]:
    """Return the citation charges of this customer or these plates that are past their due date.

    The due date is its last day; a charge whose clock is stopped is not overdue.
    """
    today = place.local_date(at)
    return [
        row
        for row in open_charges(customer_id=customer_id, plate_keys=plate_keys, at=at)
        if row.kind == "citation" and not row.paused and row.due_on and row.due_on < today
    ]


def charges_matching(
    *, customer: UUID | None = None, plate_key: str = "", is_open: bool | None = None
) -> QuerySet[Charge]:
    """Return charges to this customer (by reference) and this plate, in no order."""
    rows = Charge.objects.all()
    if customer is not None:
        rows = rows.filter(customer__reference=customer)
    if plate_key:
        rows = rows.filter(plate_key=plate_key)
    if is_open is not None:
        rows = rows.filter(settled_at__isnull=is_open)
    return rows


def charges_by_id(ids: Sequence[UUID], *, at: datetime | None = None) -> list[ChargeRow]:
    """Return the charges with these ids in the order given; unknown ones are left out."""
    rows = as_rows(Charge.objects.filter(public_id__in=ids).order_by("pk"), at=at)
    known = {row.id: row for row in rows}
    return [known[one] for one in dict.fromkeys(ids) if one in known]


def as_rows(charges: Iterable[Charge], *, at: datetime | None) -> list[ChargeRow]:
    """Return the rows of `charges` in order, with what each comes to at `at` (None: as stored).

    One call to each kind's raiser, however many charges. A settled charge stays as it was settled.
    """
    charges = list(charges)
    due = _due(charges, at=at) if at is not None else {}
    currency = place.currency()
    return [_row(charge, due.get((charge.kind, charge.reference)), currency) for charge in charges]


def _due(charges: Iterable[Charge], *, at: datetime) -> dict[tuple[str, str], settlement.Due]:
    asked: dict[str, list[str]] = {}
    for charge in charges:
        if charge.settled_at is None:
            asked.setdefault(charge.kind, []).append(charge.reference)
    return {
        (kind, reference): told
        for kind, references in asked.items()
        for reference, told in settlement.due_at(kind, references, at=at).items()
    }


def _row(charge: Charge, due: settlement.Due | None, currency: str) -> ChargeRow:
    amount = charge.amount_minor
    if due is not None:
        amount = max(due.amount.minor + charge.adjusted_minor, 0)
    return ChargeRow(
        id=charge.public_id,
        pk=charge.pk,
        kind=charge.kind,
        reference=charge.reference,
        customer_id=charge.customer_id,
        plate_key=charge.plate_key,
        text=charge.text,
        why=due.text if due else "",
        amount=Money(amount, currency),
        paid=Money(charge.paid_minor, currency),
        balance=Money(max(amount - charge.paid_minor, 0), currency),
        due_on=due.due_on if due else charge.due_on,
        raised_at=charge.raised_at,
        paused=charge.is_paused,
        planned=charge.planned_at is not None,
    )


def charge_by_id(public_id: UUID) -> Charge:
    """Return the charge of this id, with its customer and payer.

    :raises NotFound: if this tenant has none.
    """
    rows = Charge.objects.select_related("customer", "payer")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such charge.", code="charge_unknown")
    return found
