"""A permit given to another customer."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.households import are_one
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from payments import queries as charges
from payments.queries import plans as planning
from permits.models import Permit
from permits.operations import consenting, places, plates
from permits.operations.common import known, locked, require_current
from permits.operations.tallying import tallied
from permits.queries import sale
from permits.queries.permits import plates_of, type_of
from permits.queries.shared_limits import used_of
from permits.rules import eligibility, shared_limits
from permits.rules.terms import Run


@transaction.atomic
def transfer_permit(number: str, *, customer_id: int, by: Actor, at: datetime) -> Permit:
    """Give a permit to another customer, without its plates.

    :raises Refused: "not_transferable" or "not_eligible".
    :raises Conflict: if the permit has ended, or with the code of `require_no_next`.
    """
    customer = lock_new_holder(customer_id)
    permit = lock_with_begun(number)
    require_current(permit, at=at)
    require_no_next(permit, at=at)
    kind = type_of(permit)
    if not kind.transferable:
        raise Refused("not_transferable", f"{kind.name} is not transferable.")
    charge = charges.charge_of("permit", permit.number)
    if charge is not None and not charge.is_settled and planning.bought_by(permit.number):
        told = say("{owed} of its price is not paid yet: pay that first.", owed=charge.balance)
        raise Refused("not_paid", told)
    rules = programme.version(permit.programme_version).programme
    eligibility.is_for(kind, rules, customer.audiences, by_staff=by.kind == "staff").require()
    _require_address(permit, customer, kind, at=at)
    have = {plate.key for plate in plates_of([permit], at=at).get(permit.pk, ())}
    plates.take_off(permit, have, at=at)
    _let_lapse(permit, at=at)
    # Who agreed to pay for renewals does so no more for somebody else's permit.
    consenting.stop_renewing(
        permit.number, reason=say("The permit went to somebody else."), by=by, at=at
    )
    before, permit.customer = permit.customer, customer
    permit.address_key = customer.address_key
    permit.save(update_fields=["customer", "address_key"])
    audit.record(
        "permit.transferred",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        from_customer=str(before.reference),
        to_customer=str(customer.reference),
    )
    return permit


def lock_new_holder(customer_id: int) -> Customer:
    """Lock who is to have a permit, and their address, before the permit: as sales do.

    :raises Refused: if there is no such customer.
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).first()
    if customer is None:
        raise Refused("unknown_customer", "There is no such customer.", field="customer")
    places.lock_address(customer.address_key)
    return customer


def lock_with_begun(number: str) -> Permit:
    """Lock a permit after the switches from it that wait for their money, as their payment does."""
    begun = Permit.objects.select_for_update(of=("self",)).filter(
        replaces=known(number), paid_at__isnull=True, lapsed_at__isnull=True
    )
    list(begun.order_by("pk").values_list("pk"))
    return locked(number)


def require_no_next(permit: Permit, *, at: datetime) -> None:
    """Refuse while the next permit is the holder's and paid for, or this one is a renewal not paid.

    What its holder has paid for the next term is theirs: they say what becomes of it. What they
    have only begun lapses with the transfer.

    :raises Conflict: "renewal_paid" or "renewal_unpaid".
    """
    if permit.renews_id is not None and permit.paid_at is None:
        raise Conflict("renewal_unpaid", "This renewal is not paid for yet. Pay it first.")
    paid = permit.renewals.filter(
        customer=permit.customer_id,
        paid_at__isnull=False,
        cancelled_at__isnull=True,
        revoked_at__isnull=True,
        ends_at__gt=at,
    ).first()
    if paid is not None:
        raise Conflict(
            "renewal_paid",
            say(
                "Permit {number}, which follows on this one, is paid for by its holder. It is "
                "canceled or handed on first.",
                number=paid.number,
            ),
        )


def _let_lapse(permit: Permit, *, at: datetime) -> None:
    """End the holds of what the giver began with the permit and has not paid: a switch, a renewal."""
    for begun in (permit.replacements, permit.renewals):
        unpaid = begun.filter(paid_at__isnull=True, cancelled_at__isnull=True)
        held = unpaid.filter(lapsed_at__isnull=True, hold_expires_at__gt=at, is_checkout_open=False)
        for one in held.select_for_update(of=("self",)).order_by("pk"):
            with tallied(one):
                one.hold_expires_at = at
            one.save(update_fields=["hold_expires_at"])


def _require_address(permit: Permit, customer: Customer, kind: PermitType, *, at: datetime) -> None:
    """Refuse if the new holder, or their address, has all that it may; within a household the address
    has no more than before."""
    rules = programme.version(permit.programme_version).programme
    run = Run(Period(permit.starts_at, permit.ends_at))
    used = used_of(kind, rules, customer, run.period, but=[permit], at=at)
    shared_limits.is_within(used, rules).require()
    if kind.per_address is None or are_one(permit.address_key, customer.address_key):
        return
    count = sale.at_address(kind, customer, run, permit, at=at)
    eligibility.is_within_address(kind, at_address=count).require()
