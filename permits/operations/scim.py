"""What a SCIM client does to people: each act keeps the customer and what follows for permits."""

from datetime import datetime

from django.db import transaction

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from permits.operations.eligibility import follow_audiences
from permits.rules.scim import Person


@transaction.atomic
def add_person(person: Person, *, by: Actor, at: datetime) -> Customer:
    """Add somebody, or take over the customer of that address whom the institution did not know.

    :raises Conflict: "uniqueness" if the address or the id is somebody's.
    """
    _require_address(person)
    external_id = person.external_id or person.email
    known = (
        Customer.objects.select_for_update(no_key=True).filter(email__iexact=person.email).first()
    )
    if known is not None and known.external_id:
        raise Conflict("uniqueness", "There is somebody with this userName.")
    if Customer.objects.filter(external_id=external_id).exists():
        raise Conflict("uniqueness", "There is somebody with this externalId.")
    if known is None:
        return customers.register_customer(
            email=person.email,
            name=person.name,
            external_id=external_id,
            audiences=person.audiences if person.is_active else (),
            by=by,
            at=at,
        )
    return _keep(known, person, external_id, by=by, at=at)


@transaction.atomic
def change_person(customer_id: int, person: Person, *, by: Actor, at: datetime) -> Customer:
    """Let a customer be as `person` says; who is not active any more loses every audience.

    :raises Conflict: "uniqueness" if the address or the id is somebody else's.
    """
    _require_address(person)
    known = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    return _keep(known, person, person.external_id or known.external_id, by=by, at=at)


def _keep(
    known: Customer, person: Person, external_id: str, *, by: Actor, at: datetime
) -> Customer:
    changes = {
        "external_id": external_id,
        "name": person.name or known.name,
        "audiences": list(person.audiences) if person.is_active else [],
    }
    # Who signs in with an address changes it there.
    if not known.user_id:
        changes["email"] = person.email
    try:
        with transaction.atomic():
            changed = customers.change_customer(known.pk, changes=changes, by=by, at=at)
    except Conflict as taken:
        raise Conflict("uniqueness", str(taken)) from taken
    follow_audiences([changed.pk], by=by, at=at)
    return changed


def _require_address(person: Person) -> None:
    if "@" not in person.email or len(person.email) > 254 or " " in person.email:
        raise Refused("invalidValue", "userName, or the first of emails, is an e-mail address.")
