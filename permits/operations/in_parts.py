"""A permit is bought in parts: agreed to, and its first part paid."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.texts import say
from payments import operations as payments
from payments import queries as charges
from payments.models import Payment, PaymentPlan
from payments.operations.payments import payment_of_request
from payments.operations.plans import ask_plan
from payments.queries import plans as planning
from permits.models import Permit
from permits.operations.settling import lock_permit
from permits.queries.in_parts import InParts, in_parts


@transaction.atomic
def agree_to_parts(number: str, *, way: str, by: Actor, at: datetime) -> PaymentPlan:
    """Agree that a permit is paid the `way` in parts; once the first has come it is in force. Twice is once.

    :raises Conflict: `no_parts` if there is no plan for it.
    :raises Refused: `way` for one that there is not, or with the rule's reason.
    """
    return _agree(_permit(number), way, by=by, at=at)[0]


def open_card_page(number: str, *, way: str, return_path: str, by: Actor, at: datetime) -> Payment:
    """Agree as `agree_to_parts` does, and open the card page for the first part, with a deposit if there is one.

    Several transactions; see `payments.start_card_payment`.
    """
    permit = _permit(number)
    with transaction.atomic():
        plan, told = _agree(permit, way, by=by, at=at)
    return payments.start_card_payment(
        charge_ids=told.charge_ids,
        amount=told.deposit + planning.first_part(plan),
        return_path=return_path,
        email=permit.customer.email,
        by=by,
        at=at,
    )


@transaction.atomic
def take_first_part(
    number: str,
    *,
    way: str,
    method: str,
    reference: str = "",
    drawer: UUID | None = None,
    request_key: str = "",
    by: Actor,
    at: datetime,
) -> Payment:
    """Agree, and take the first part at the counter, with a deposit if there is one: the permit is in force.

    A second call with the same `request_key` gives the first one's payment.
    """
    lock_permit(number)
    known = payment_of_request(request_key)
    if known is not None:
        return known
    plan, told = _agree(_permit(number), way, by=by, at=at)
    return payments.take_payment(
        charge_ids=told.charge_ids,
        method=method,
        amount=told.deposit + planning.first_part(plan),
        reference=reference,
        drawer=drawer,
        request_key=request_key,
        by=by,
        at=at,
    )


def _agree(permit: Permit, way: str, *, by: Actor, at: datetime) -> tuple[PaymentPlan, InParts]:
    told = in_parts(permit, way, at=at)
    if told.chosen.value != way:
        raise Refused("way", "Choose in how many parts it is paid.", field="way")
    charge = charges.charge_of("permit", permit.number)
    plan = ask_plan(
        customer=permit.customer,
        scheme=told.chosen.offer.scheme.code,
        charge_ids=[charge.id] if charge else [],
        count=told.chosen.count,
        by=by,
        at=at,
    )
    if plan.state != PaymentPlan.State.AGREED:
        raise Conflict("begun", say("The first part has been paid already."))
    return plan, told


def _permit(number: str) -> Permit:
    return Permit.objects.select_related("customer").get(number=number)
