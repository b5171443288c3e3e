"""What can be done to customers and their vehicles. Each function is one transaction."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from parkops.accounts.models import User
from parkops.audit import operations as audit
from parkops.customers import households, rules
from parkops.customers.models import Customer, Note, RegisterEntry, Vehicle
from parkops.customers.register import reading
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.plates import plate_key, regions_match
from parkops.programme import queries as programme

CHANGEABLE = {
    "email",
    "name",
    "phone",
    "address",
    "is_address_protected",
    "audiences",
    "external_id",
    "language",
}
FAULTS_TOLD = 10
"""So many lines of a file are named; of the rest only how many they are."""


@transaction.atomic
def register_customer(
    *,
    email: str,
    name: str = "",
    phone: str = "",
    address: str = "",
    is_address_protected: bool = False,
    audiences: Collection[str] = (),
    external_id: str = "",
    language: str = "",
    by: Actor,
    at: datetime,
) -> Customer:
    """Add a customer; `email` is taken as given (its form is checked where it is read).

    :raises Conflict: "customer_exists" if the e-mail address or `external_id` is taken.
    :raises Refused: for an audience that the program in force does not have.
    """
    _lock_email(email)
    taken = Q(email__iexact=email)
    if external_id:
        taken |= Q(external_id=external_id)
    known = Customer.objects.filter(taken).first()
    if known is not None:
        raise _exists(known, email)
    person = Customer.objects.create(
        email=email,
        name=name.strip(),
        phone=phone.strip(),
        **_address(address, is_protected=is_address_protected),
        audiences=_audiences(audiences, at),
        external_id=external_id.strip(),
        language=language,
        created_at=at,
    )
    audit.record(
        "customer.registered", subject=("customer", str(person.reference)), actor=by, at=at
    )
    return person


@transaction.atomic
def change_customer(
    customer_id: int, *, changes: dict[str, Any], by: Actor, at: datetime
) -> Customer:
    """Change some of email, name, phone, address, is_address_protected, audiences, external_id and
    language. Of an address that is protected the seal stays unless another one is given; once it is
    protected no more it has to be given again.

    :raises NotFound: if there is no such customer.
    :raises Conflict: "customer_exists" if another customer has the e-mail address or external id.
    :raises Refused: for an unknown audience, or a new address for somebody who signs in.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"no such fields: {unknown}")
    person = _lock(customer_id)
    changes = {
        name: value.strip() if isinstance(value, str) else value for name, value in changes.items()
    }
    if "audiences" in changes:
        changes["audiences"] = _audiences(changes["audiences"], at)
    email = changes.get("email", person.email)
    if email.lower() != person.email.lower() and person.user_id:
        raise Refused(
            "email_signs_in", "The person signs in with this address and changes it.", field="email"
        )
    _lock_email(email)
    taken = Q(email__iexact=email)
    if changes.get("external_id"):
        taken |= Q(external_id=changes["external_id"])
    other = Customer.objects.filter(taken).exclude(pk=person.pk).first()
    if other is not None:
        raise _exists(other, email)
    changed = [name for name, value in changes.items() if getattr(person, name) != value]
    if changed:
        was = person.address
        for name in changed:
            setattr(person, name, changes[name])
        is_protected, told = person.is_address_protected, person.address
        if is_protected and not told:
            # Nothing new is told: what is known is sealed, unless it is already.
            person.address_key = households.seal(person.address_key)
        elif "address" in changed or "is_address_protected" in changed:
            for name, value in _address(told, is_protected=is_protected).items():
                setattr(person, name, value)
        person.save(update_fields=[*changed, "address", "address_key"])
        if is_protected and (was or "is_address_protected" in changed):
            households.follow(person.pk)
        audit.record(
            "customer.changed",
            subject=("customer", str(person.reference)),
            actor=by,
            at=at,
            fields=changed,
        )
    return person


def customer_for_user(user: User, *, at: datetime) -> Customer:
    """Return the customer that a signed-in person is: by the confirmed e-mail, or a new one."""
    known = Customer.objects.filter(user_id=user.pk).first()
    return known or _become_customer(user, at=at)


@transaction.atomic
def _become_customer(user: User, *, at: datetime) -> Customer:
    _lock_email(user.email)
    person = (
        Customer.objects.select_for_update(no_key=True).filter(email__iexact=user.email).first()
    )
    by = Actor("customer", str(user.pk), user.name or user.email)
    if person is None:
        person = register_customer(email=user.email, name=user.name, by=by, at=at)
    if person.user_id != user.pk:
        if person.user_id is not None:
            raise Conflict("customer_exists", "This address belongs to another sign-in.")
        person.user = user
        person.save(update_fields=["user"])
        audit.record(
            "customer.signs_in", subject=("customer", str(person.reference)), actor=by, at=at
        )
    return person


@transaction.atomic
def add_vehicle(
    *,
    customer_id: int,
    plate: str,
    region: str = "",
    make: str = "",
    model: str = "",
    colour: str = "",
    fuel: str = "",
    co2: int | None = None,
    euro: int | None = None,
    by: Actor,
    at: datetime,
) -> Vehicle:
    """Note that a customer holds a vehicle from `at` on; the same plate twice is once.

    What was left open before (region, make, fuel, emissions) is filled in. Another customer may hold the
    same plate.

    :raises Refused: "plate" if it has no letter or digit, or more than 12.
    """
    person = _lock(customer_id)
    text = " ".join(plate.split()).upper()
    try:
        key = plate_key(plate)
    except ValueError as error:
        raise Refused("plate", str(error), field="plate") from error
    if len(text) > 32:
        text = key
    facts = {"make": make, "model": model, "colour": colour, "fuel": fuel.lower()}
    facts = {name: value.strip() for name, value in facts.items()}
    emissions = {"co2": co2, "euro": euro}
    region = region.strip().upper()
    held = Vehicle.objects.filter(customer=person, plate_key=key).now().order_by("pk")
    known = next((row for row in held if regions_match(row.region, region)), None)
    if known is not None:
        return _fill_in(known, {"region": region, **facts, **emissions})
    vehicle = Vehicle.objects.create(
        customer=person,
        plate_text=text,
        plate_key=key,
        region=region,
        added_at=at,
        **facts,
        **emissions,
    )
    audit.record(
        "vehicle.added",
        subject=("customer", str(person.reference)),
        actor=by,
        at=at,
        vehicle=str(vehicle.reference),
    )
    return vehicle


@transaction.atomic
def remove_vehicle(vehicle_id: int, *, by: Actor, at: datetime) -> Vehicle:
    """Note that a vehicle is the customer's no more from `at` on; twice is once."""
    vehicle = (
        Vehicle.objects.select_for_update(of=("self",))
        .select_related("customer")
        .filter(pk=vehicle_id)
        .first()
    )
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    if vehicle.removed_at is None:
        vehicle.removed_at = max(at, vehicle.added_at)
        vehicle.save(update_fields=["removed_at"])
        audit.record(
            "vehicle.removed",
            subject=("customer", str(vehicle.customer.reference)),
            actor=by,
            at=at,
            vehicle=str(vehicle.reference),
        )
    return vehicle


@transaction.atomic
def load_register(content: bytes, *, name: str, by: Actor, at: datetime) -> int:
    """Let this CSV be the register of vehicles from now on; returns how many it has.

    A file with a fault changes nothing, so that nobody buys by half a register.

    :raises Refused: naming the first faults and their lines.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:register"],
        )
    rows, faults = [], []
    for found in reading.read(content):
        if isinstance(found, reading.Fault):
            faults.append(f"Line {found.line}, {found.column}: {found.message}")
        else:
            rows.append(RegisterEntry(**asdict(found)))
    if faults:
        more = f" And {len(faults) - FAULTS_TOLD:,} more." if len(faults) > FAULTS_TOLD else ""
        raise Refused("register", " ".join(faults[:FAULTS_TOLD]) + more, field="file")
    if not rows:
        raise Refused("register", "The file has no vehicle in it.", field="file")
    RegisterEntry.objects.all().delete()
    RegisterEntry.objects.bulk_create(rows, batch_size=2_000)
    audit.record(
        "register.loaded",
        subject=("register", "vehicles"),
        actor=by,
        at=at,
        file=name[:200],
        vehicles=len(rows),
    )
    return len(rows)


@transaction.atomic
def write_note(customer_id: int, *, text: str, by: Actor, at: datetime) -> Note:
    """Write something down about a customer.

    :raises Refused: if it says nothing, or more than 4,000 characters.
    """
    person = _lock(customer_id)
    text = text.strip()
    if not text:
        raise Refused("note", "Write what to remember.", field="text")
    if len(text) > 4_000:
        raise Refused("note", "A note has at most 4,000 characters.", field="text")
    note = Note.objects.create(customer=person, text=text, written_by=by.name, written_at=at)
    audit.record("customer.noted", subject=("customer", str(person.reference)), actor=by, at=at)
    return note


def _fill_in(vehicle: Vehicle, facts: Mapping[str, str | int | None]) -> Vehicle:
    told = {name: value for name, value in facts.items() if value not in ("", None)}
    fresh = [name for name, value in told.items() if getattr(vehicle, name) != value]
    if fresh:
        for name in fresh:
            setattr(vehicle, name, facts[name])
        vehicle.save(update_fields=fresh)
    return vehicle


def _audiences(asked: Collection[str], at: datetime) -> list[str]:
    if not asked:
        return []
    known = [audience.code for audience in programme.in_force(at).programme.audiences]
    return rules.audiences_as_written(asked, known=known)


def _address(told: str, *, is_protected: bool) -> dict[str, Any]:
    """Return what is kept of an address."""
    key = rules.address_key(told)
    if is_protected:
        return {"address": "", "address_key": households.seal(key), "is_address_protected": True}
    return {"address": told.strip(), "address_key": key, "is_address_protected": False}


def _lock(customer_id: int) -> Customer:
    person = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if person is None:
        raise NotFound("There is no such customer.")
    return person


def _exists(known: Customer, email: str) -> Conflict:
    if known.email.lower() == email.lower():
        return Conflict(
            "customer_exists", "There is a customer with this e-mail address.", field="email"
        )
    return Conflict("customer_exists", "There is a customer with this id.", field="external_id")


def _lock_email(email: str) -> None:
    """Let two who register the same address at once go one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:customer:{email.lower()}"],
        )
