"""A permit switched for one of another type: the difference is paid first, or comes back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import ALLOWED, Conflict, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import packed_by_english, say
from parkops.programme import numbering
from payments import accounts
from payments import operations as payments
from permits.models import Permit
from permits.operations import notices, offering, places, plates, sales
from permits.operations.common import finish, known, locked, refund_permit, told
from permits.operations.tallying import count, tallied
from permits.queries import switching as offers
from permits.queries.permits import facts_of
from permits.queries.switching import SwitchOffer
from permits.rules.plates import Plate
from permits.rules.status import Status
from permits.rules.terms import span_text


@transaction.atomic
def switch_permit(
    number: str,
    *,
    to: str,
    wanted: Sequence[Plate] | None = None,
    channel: Permit.Channel,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Permit:
    """Switch a permit for one of type `to`, with the same plates unless others are `wanted`.

    What is dearer waits, its place held, until the difference is paid; the old permit stays valid,
    and if the hold runs out nothing has changed. What is not dearer takes its place at once, and
    money goes back. Both places change in one transaction. Asking again while a switch to the same
    type waits returns it.

    :raises Conflict: "switch_open" while a switch to another type waits.
    :raises Refused: with the reason why it may not be had.
    """
    # The sale locks the customer first, then the permit, as all sales do.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=known(number).customer_id)
    places.lock_address(customer.address_key)
    permit = locked(number)
    waiting = offers.open_switch(permit)
    if waiting is not None and waiting.type_key == code_key(to):
        return waiting
    if waiting is not None:
        raise Conflict(
            "switch_open",
            say(
                "A switch to permit {number} waits for its payment until it lapses.",
                number=waiting.number,
            ),
        )
    offer = offers.switch_offer(permit, to, plates=wanted, by_staff=by.kind == "staff", at=at)
    fresh = _hold(permit, offer, channel=channel, by=by, at=at)
    _record(permit, fresh, offer, reason=reason.strip(), by=by, at=at)
    if not offer.to_pay:
        came = offer.difference
        sales.count_as_paid(fresh, by=by, at=at)
        end_replaced(fresh, back=came.back, by=by, at=at)
        if came.back:
            refund_permit(
                permit,
                net=-came.net,
                tax=-came.tax,
                reason=f"Switched to permit {fresh.number}",
                by=by,
                at=at,
            )
    return fresh


def may_settle(fresh: Permit, *, at: datetime) -> Decision:
    """Decide whether the difference of a switch still makes it: not once the old permit changed."""
    old = fresh.replaces
    if old is None:
        return ALLOWED
    if old.customer_id != fresh.customer_id:
        return Decision(
            "switch_over",
            say("Permit {number} went to somebody else, so it is not switched.", number=old.number),
        )
    is_same = (
        old.net_minor - old.credited_net_minor >= fresh.carried_net_minor
        and old.tax_minor - old.credited_tax_minor >= fresh.carried_tax_minor
    )
    if is_same and old.status_at(at) in (Status.ACTIVE, Status.SCHEDULED):
        return ALLOWED
    return Decision(
        "switch_over",
        say("Permit {number} changed meanwhile, so it is not switched.", number=old.number),
    )


@transaction.atomic
def end_replaced(fresh: Permit, *, back: Money | None = None, by: Actor, at: datetime) -> None:
    """End the permit in whose place a paid one now is; its place goes down the line, and its holder
    is told, with what comes `back`."""
    if fresh.replaces_id is None:
        return
    old = locked(fresh.replaces.number if fresh.replaces else "")
    if old.cancelled_at is not None:
        return
    with tallied(old):
        old.cancelled_at, old.cancel_reason = at, f"Switched to permit {fresh.number}."
    finish(old, at=at, is_over=True)
    audit.record(
        "permit.switched",
        subject=("permit", old.number),
        actor=by,
        at=at,
        reason=old.cancel_reason,
        to=fresh.number,
    )
    notices.tell("permit.switched", fresh, at=at, old=old.number, back=told(back) if back else "")
    offering.offer_free_places(old.type_code, at=at)


def _hold(
    permit: Permit, offer: SwitchOffer, *, channel: Permit.Channel, by: Actor, at: datetime
) -> Permit:
    """Write the new permit with its place and its charge: the difference."""
    kind, rules, came = offer.kind, offer.in_force.programme, offer.difference
    number = numbering.next_number("P", at=at, zone=rules.tz)
    if not offer.to_pay:
        # Two who switch in opposite ways at once lock both quotas in the same order.
        places.lock([(permit.type_key, permit.places), (code_key(kind.code), offer.places)])
    entry = sales.accepted_offer(offer.offered, offer.places)
    sales.take(kind, rules, offer.places, entry)
    is_staff = by.kind == "staff"
    fresh = Permit.objects.create(
        number=number,
        type_code=kind.code,
        type_key=code_key(kind.code),
        customer=permit.customer,
        address_key=permit.customer.address_key,
        audience=offer.audience,
        programme_version=offer.in_force.number,
        channel=channel,
        starts_at=offer.period.start,
        ends_at=offer.period.end,
        net_minor=came.value_net.minor,
        tax_minor=came.value_tax.minor,
        deposit_minor=offer.deposit.minor if offer.deposit else 0,
        price_lines=[[line.text, line.amount.minor] for line in came.value_lines],
        places=list(offer.places),
        sold_at=at,
        recorded_at=at,
        hold_expires_at=kind.hold.after(at, rules.tz) if offer.to_pay else None,
        needs_approval=kind.approval != "none",
        approved_at=at if kind.approval != "none" and is_staff else None,
        replaces=permit,
        value_begins_at=offer.value_begins_at,
        carried_net_minor=came.credit_net.minor,
        carried_tax_minor=came.credit_tax.minor,
    )
    count(fresh)
    plates.put_on(fresh, offer.plates, by=by, at=at)
    nothing = rules.money(0)
    is_dearer = bool(offer.to_pay)
    payments.raise_charge(
        kind="permit",
        reference=fresh.number,
        text=f"{kind.name}, {span_text(offer.period, rules.tz)}, instead of permit {permit.number}",
        net=came.net if is_dearer else nothing,
        tax=came.tax if is_dearer else nothing,
        customer_id=fresh.customer_id,
        plate_key=offer.plates[0].key if offer.plates else "",
        due_on=local_date(at, rules.tz),
        revenue=accounts.PERMIT_REVENUE,
        lines=[(line.text, line.amount) for line in came.lines] if is_dearer else (),
        facts=facts_of(fresh),
        by=by,
        at=at,
    )
    sales.raise_deposit(fresh, kind, offer.deposit, at=at, by=by)
    if entry is not None:
        sales.count_as_taken(entry, fresh, by=by, at=at)
    return fresh


def _record(
    permit: Permit, fresh: Permit, offer: SwitchOffer, *, reason: str, by: Actor, at: datetime
) -> None:
    came = offer.difference
    audit.record(
        "permit.held",
        subject=("permit", fresh.number),
        actor=by,
        at=at,
        reason=reason,
        type=offer.kind.code,
        total=came.total.amount,
        instead_of=permit.number,
        because=list(came.because),
        said=packed_by_english(
            [*came.because, *(line.text for line in (*came.lines, *came.value_lines))]
        ),
    )
    audit.record(
        "permit.switch_asked",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=reason,
        to=fresh.number,
        difference=came.total.amount,
    )
