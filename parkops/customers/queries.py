"""Reads of customers and their vehicles."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from parkops.audit.models import AuditEvent
from parkops.customers.models import Customer, Note, RegisterEntry, Vehicle
from parkops.kernel.decisions import NotFound
from parkops.kernel.plates import plate_key
from parkops.tenancy.postgresql import prepared


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer, as the list shows."""

    reference: UUID
    name: str
    email: str
    audiences: list[str]
    plates: list[str]
    created_at: datetime


# Every sale through the API asks this: written out, it costs a third of what the mapper takes.
_FIELDS = Customer._meta.concrete_fields
_BY_REFERENCE = (
    f"SELECT {', '.join(field.attname for field in _FIELDS)} FROM customers_customer "  # noqa: S608
    "WHERE reference = %(reference)s::uuid"
)


def customer(reference: UUID | str) -> Customer:
    """Return the customer with this reference.

    :raises NotFound: if this tenant has none.
    """
    try:
        found = prepared.rows(_BY_REFERENCE, {"reference": UUID(str(reference))})
    except ValueError:
        found = []
    if not found:
        raise NotFound("There is no such customer.")
    return Customer.from_db("default", [field.attname for field in _FIELDS], found[0])


def customer_by_email(email: str) -> Customer | None:
    """Return the customer with this e-mail address, compared without case, or None."""
    return Customer.objects.filter(email__iexact=email.strip()).first()


def customers_by_id(ids: Iterable[int]) -> dict[int, Customer]:
    """Return customers by their id."""
    return Customer.objects.in_bulk(set(ids))


def vehicles_of(customer_id: int, *, at: datetime | None = None) -> list[Vehicle]:
    """Return a customer's vehicles: those of now, or those of `at`; the oldest first."""
    rows = Vehicle.objects.filter(customer_id=customer_id)
    return list((rows.held_at(at) if at else rows.now()).order_by("added_at", "pk"))


def all_vehicles_of(customer_id: int) -> list[Vehicle]:
    """Return every vehicle that the customer holds or held, those of now first."""
    return list(
        Vehicle.objects.filter(customer_id=customer_id).order_by("-removed_at", "added_at", "pk")
    )


def vehicle(reference: UUID, *, customer_id: int) -> Vehicle:
    """Return a vehicle that the customer holds now.

    :raises NotFound: if it is somebody else's, removed, or not there.
    """
    found = Vehicle.objects.now().filter(reference=reference, customer_id=customer_id).first()
    if found is None:
        raise NotFound("There is no such vehicle.")
    return found


def held_plates(customer_id: int, *, at: datetime) -> list[str]:
    """Return the keys of the plates that the customer held at `at`, in order."""
    rows = Vehicle.objects.filter(customer_id=customer_id).held_at(at)
    return sorted(set(rows.values_list("plate_key", flat=True)))


def holders_of(plate: str, *, at: datetime) -> list[Customer]:
    """Return who held the plate with this key at `at`; several may, the newest holder first."""
    rows = Vehicle.objects.filter(plate_key=plate).held_at(at).select_related("customer")
    found: dict[int, Customer] = {}
    for row in rows.order_by("-added_at", "-pk"):
        found.setdefault(row.customer_id, row.customer)
    return list(found.values())


def holders_at(asked: Collection[tuple[str, datetime]]) -> dict[tuple[str, datetime], set[int]]:
    """Return, for each (plate key, instant), the ids of the customers who held the plate then, where
    any did; by one query."""
    spans: dict[str, list[tuple[datetime, datetime | None, int]]] = {}
    rows = Vehicle.objects.filter(plate_key__in={plate for plate, _ in asked})
    held = rows.order_by("pk").values_list("plate_key", "added_at", "removed_at", "customer_id")
    for plate, added_at, removed_at, customer_id in held:
        spans.setdefault(plate, []).append((added_at, removed_at, customer_id))
    return {
        (plate, at): {
            customer_id
            for added_at, removed_at, customer_id in spans[plate]
            if added_at <= at and (removed_at is None or at < removed_at)
        }
        for plate, at in asked
        if plate in spans
    }


def also_held_by(customer_id: int) -> dict[str, int]:
    """Return, by plate key, how many other customers hold a plate of this customer now."""
    mine = Vehicle.objects.filter(customer_id=customer_id).now().values("plate_key")
    rows = (
        Vehicle.objects.now()
        .filter(plate_key__in=mine)
        .exclude(customer_id=customer_id)
        .values("plate_key")
        .annotate(others=Count("customer_id", distinct=True))
    )
    return {row["plate_key"]: row["others"] for row in rows.order_by("plate_key")}


def notes_of(customer_id: int, *, limit: int = 200) -> list[Note]:
    """Return the newest notes about a customer, newest first."""
    return list(Note.objects.filter(customer_id=customer_id).order_by("-written_at", "-pk")[:limit])


def matching(text: str) -> QuerySet[Customer]:
    """Return customers whose name, e-mail, phone, own number or plate has `text` (empty: all)."""
    rows = Customer.objects.all()
    for word in text.split()[:5]:
        found = (
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(phone__icontains=word)
            | Q(external_id__iexact=word)
        )
        rows = rows.filter(found | Q(pk__in=_with_plate(word)))
    try:
        whole = plate_key(text)
    except ValueError:
        return rows
    return rows | Customer.objects.filter(
        pk__in=Vehicle.objects.now().filter(plate_key=whole).values("customer_id")
    )


def list_rows(customers: Sequence[Customer]) -> list[CustomerRow]:
    """Return one page of customers with the plates of their vehicles, in two queries."""
    plates: dict[int, list[str]] = {}
    held = Vehicle.objects.now().filter(customer_id__in=[row.pk for row in customers])
    for customer_id, text in held.order_by("added_at", "pk").values_list(
        "customer_id", "plate_text"
    ):
        plates.setdefault(customer_id, []).append(text)
    return [
        CustomerRow(
            row.reference,
            row.name or row.email,
            row.email,
            row.audiences,
            plates.get(row.pk, []),
            row.created_at,
        )
        for row in customers
    ]


def _with_plate(word: str) -> QuerySet[Vehicle, int]:
    try:
        key = str(plate_key(word))
    except ValueError:
        return Vehicle.objects.none().values_list("customer_id", flat=True)
    held = Vehicle.objects.now().filter(plate_key__startswith=key)
    return held.values_list("customer_id", flat=True)


@dataclass(frozen=True, slots=True)
class RegisterState:
    """The register that the office loaded: how many vehicles, and when, by whom, out of which file."""

    vehicles: int
    loaded_at: datetime | None
    loaded_by: str
    file: str


def register_state() -> RegisterState:
    """Return what is loaded now."""
    event = (
        AuditEvent.objects.filter(subject_kind="register", event="register.loaded")
        .order_by("-at", "-pk")
        .first()
    )
    return RegisterState(
        RegisterEntry.objects.count(),
        event.at if event else None,
        event.actor_name if event else "",
        event.data.get("file", "") if event else "",
    )
