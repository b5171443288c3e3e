"""A permit given to another customer."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from permits.models import Permit
from permits.operations import plates
from permits.operations.common import locked, require_current
from permits.queries.permits import plates_of, type_of
from permits.rules import eligibility


@transaction.atomic
def transfer_permit(number: str, *, customer_id: int, by: Actor, at: datetime) -> Permit:
    """Give a permit to another customer, without its plates.

    :raises Refused: "not_transferable" or "not_eligible".
    :raises Conflict: if the permit has ended.
    """
    permit = locked(number)
    require_current(permit, at=at)
    kind = type_of(permit)
    if not kind.transferable:
        raise Refused("not_transferable", f"{kind.name} is not transferable.")
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    rules = programme.version(permit.programme_version).programme
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    have = {plate.key for plate in plates_of([permit], at=at).get(permit.pk, ())}
    plates.take_off(permit, have, at=at)
    before, permit.customer = permit.customer, customer
    permit.save(update_fields=["customer"])
    audit.record(
        "permit.transferred",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        from_customer=str(before.reference),
        to_customer=str(customer.reference),
    )
    return permit
