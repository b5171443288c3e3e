"""What the pages about a customer show, gathered from our tables and from the other apps."""

from dataclasses import dataclass
from datetime import datetime

from parkops.customers import panels, queries, timeline
from parkops.customers.models import Customer, Note, Vehicle
from parkops.customers.panels import Debt, Duty, Right
from parkops.customers.timeline import Moment, Subject
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.programme.schema import Registry
from parkops.ui.values import Event


@dataclass(frozen=True, slots=True)
class VehicleLine:
    """A vehicle, and how many other customers hold a vehicle of the same plate."""

    vehicle: Vehicle
    others: int
    facts: str


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything on the page of a customer."""

    customer: Customer
    audiences: list[str]
    vehicles: list[VehicleLine]
    vehicles_now: int
    rights: list[Right]
    rights_now: int
    duties: list[Duty]
    debts: list[Debt]
    owed: Money | None
    events: list[Event]
    has_more: bool
    notes: list[Note]


def subject_of(customer: Customer) -> Subject:
    """Return the customer with all plates ever held."""
    plates = {vehicle.plate_key for vehicle in queries.all_vehicles_of(customer.pk)}
    return Subject(customer.pk, tuple(sorted(plates)))


def customer_page(customer: Customer, *, at: datetime, limit: int) -> CustomerPage:
    """Return what staff see of a customer at `at`."""
    subject = subject_of(customer)
    rights = panels.rights_of(subject, at=at)
    debts = panels.debts_of(subject, at=at)
    vehicles = vehicle_lines(customer)
    moments = timeline.of_customer(customer, limit=limit + 1)
    return CustomerPage(
        customer=customer,
        audiences=audience_names(customer, at=at),
        vehicles=vehicles,
        vehicles_now=sum(line.vehicle.removed_at is None for line in vehicles),
        rights=rights,
        rights_now=sum(right.holds_now for right in rights),
        duties=panels.duties_of(subject),
        debts=debts,
        owed=total(debts),
        events=[event_of(moment) for moment in moments[:limit]],
        has_more=len(moments) > limit,
        notes=queries.notes_of(customer.pk, limit=1),
    )


def vehicle_lines(customer: Customer) -> list[VehicleLine]:
    """Return the vehicles of a customer, those of now first, then those removed."""
    others = queries.also_held_by(customer.pk)
    return [
        VehicleLine(
            vehicle,
            0 if vehicle.removed_at else others.get(vehicle.plate_key, 0),
            " ".join(
                word for word in (vehicle.colour, vehicle.make, vehicle.model, vehicle.fuel) if word
            ),
        )
        for vehicle in queries.all_vehicles_of(customer.pk)
    ]


def audience_names(customer: Customer, *, at: datetime) -> list[str]:
    """Return the names of what the customer belongs to; a retired one keeps its code."""
    names = dict(audience_choices(at=at))
    return [names.get(code, code) for code in customer.audiences]


def audience_choices(*, at: datetime) -> list[tuple[str, str]]:
    """Return code and name of the audiences of the program in force; none without a program."""
    try:
        audiences = programme.in_force(at).programme.audiences
    except Refused:
        return []
    return [(audience.code, audience.name or audience.code) for audience in audiences]


def total(debts: list[Debt]) -> Money | None:
    """Return the sum of what is owed, None if nothing is."""
    amounts = [debt.amount for debt in debts]
    return sum(amounts[1:], amounts[0]) if amounts else None


def event_of(moment: Moment) -> Event:
    """Return a moment as the time line shows it."""
    return Event(
        moment.at,
        moment.title,
        detail=moment.detail,
        tone=moment.tone,
        url=moment.url,
        plate=moment.plate,
    )


def registry_rule(*, at: datetime) -> Registry | None:
    """Return how the program in force asks the register; None where it does not."""
    try:
        return programme.in_force(at).programme.registry
    except Refused:
        return None
