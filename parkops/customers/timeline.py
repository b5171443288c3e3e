"""Everything that happened to a customer, told by the apps that know it, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from parkops.customers import queries
from parkops.customers.models import Customer
from parkops.messaging import queries as messages


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose time line it is: the customer, and the plates of all vehicles ever held."""

    customer_id: int
    plate_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `tone` is "", "good", "warn", "bad" or "info"; `url` leads to it."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    url: str = ""
    tone: str = ""
    plate: str = ""


class Source(Protocol):
    """Gives the newest `limit` moments of a subject that one app knows."""

    def __call__(self, subject: Subject, *, limit: int) -> Sequence[Moment]: ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `source` tell what it knows; registering it twice is once."""
    if source not in _sources:
        _sources.append(source)


def of_customer(customer: Customer, *, limit: int = 100) -> list[Moment]:
    """Return the newest `limit` moments of a customer, newest first; as many queries as sources."""
    vehicles = queries.all_vehicles_of(customer.pk)
    subject = Subject(customer.pk, tuple(sorted({vehicle.plate_key for vehicle in vehicles})))
    moments = [moment for source in _sources for moment in source(subject, limit=limit)]
    moments += _own(customer, vehicles)
    moments.sort(key=lambda moment: (moment.at, moment.kind, moment.title), reverse=True)
    return moments[:limit]


def said(subject: Subject, *, limit: int) -> list[Moment]:
    """Return the messages to a customer."""
    return [
        Moment(
            message.sent_at or message.created_at,
            "message",
            message.subject,
            f"To {message.to}. {message.get_state_display()}.",
            tone="bad" if message.state == message.State.FAILED else "",
        )
        for message in messages.of_customer(subject.customer_id, limit=limit)
    ]


def noted(subject: Subject, *, limit: int) -> list[Moment]:
    """Return the notes of the office."""
    return [
        Moment(note.written_at, "note", f"Note by {note.written_by}", note.text, tone="info")
        for note in queries.notes_of(subject.customer_id, limit=limit)
    ]


def _own(customer: Customer, vehicles: Sequence[queries.Vehicle]) -> list[Moment]:
    found = [Moment(customer.created_at, "customer", "Became a customer", customer.email)]
    for vehicle in vehicles:
        plate = vehicle.plate_text
        found.append(Moment(vehicle.added_at, "vehicle", "Vehicle added", plate=plate))
        if vehicle.removed_at:
            found.append(Moment(vehicle.removed_at, "vehicle", "Vehicle removed", plate=plate))
    return found
