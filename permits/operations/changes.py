"""What changes on a permit while it goes on: its plates and its hangtag."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from payments import accounts
from payments import operations as payments
from permits.models import LostHangtag, Permit
from permits.operations import plates, sales, tags, vehicles
from permits.operations.common import known, locked, require_current
from permits.queries import sale
from permits.queries.carpools import member_plates
from permits.queries.permits import facts_of, plates_of, type_of
from permits.queries.registry import looked_up
from permits.rules import eligibility
from permits.rules.plates import Plate


@transaction.atomic
def change_vehicles(number: str, *, wanted: Sequence[Plate], by: Actor, at: datetime) -> Permit:
    """List exactly the plates `wanted` on a permit from `at` on; new ones become vehicles. What the
    members of a carpool brought stays.

    :raises Refused: "too_many_vehicles", or what the register of vehicles says of a new plate.
    :raises Conflict: if the permit has ended.
    """
    # New plates become vehicles of the customer, whose row everybody locks before the permit's.
    Customer.objects.select_for_update(no_key=True).get(pk=known(number).customer_id)
    permit = locked(number)
    require_current(permit, at=at)
    shared = member_plates(permit)
    wanted = [plate for plate in wanted if plate.key not in shared]
    eligibility.takes_vehicles(type_of(permit), vehicles=len(wanted) + len(shared)).require()
    have = {plate.key for plate in plates_of([permit], at=at).get(permit.pk, ())} - shared
    new = [plate for plate in wanted if plate.key not in have]
    gone = have - {plate.key for plate in wanted}
    if not new and not gone:
        return permit
    rest = Period(max(at, permit.starts_at), permit.ends_at)
    twice = sale.listed_twice(permit.type_code, permit.customer_id, new, rest, but=permit, at=at)
    eligibility.is_not_there_twice(twice).require()
    vehicles.require_change(permit, by=by, at=at)
    rules = programme.in_force(at).programme
    new = list(looked_up(rules, new, permit.customer, by_staff=by.kind == "staff"))
    plates.take_off(permit, gone, at=at)
    plates.put_on(permit, new, by=by, at=at)
    audit.record(
        "permit.vehicles_changed",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        added=len(new),
        removed=len(gone),
    )
    return permit


@transaction.atomic
def replace_hangtag(number: str, *, reason: str, by: Actor, at: datetime) -> Permit:
    """Give a permit a new hangtag, for the programme's fee; the old number is worth nothing now.

    :raises Refused: "no_hangtag" if the permit has none, or no number is left.
    :raises Conflict: if the permit has ended.
    """
    permit = locked(number)
    require_current(permit, at=at)
    if not permit.hangtag:
        raise Refused("no_hangtag", "This permit has no hangtag.")
    tags.void(permit, kind=LostHangtag.Kind.REPLACED, by=by, at=at)
    fresh = sales.next_hangtag(permit)
    if not fresh:
        raise Refused("no_hangtag", "No hangtag number is left.")
    old, permit.hangtag = permit.hangtag, fresh
    permit.save(update_fields=["hangtag"])
    rules = programme.in_force(at).programme
    fee = rules.fee("replacement")
    if fee:
        payments.raise_charge(
            kind="fee",
            reference=f"{permit.number}-{fresh}",
            text=f"New hangtag {fresh} for permit {permit.number}",
            net=fee,
            tax=rules.money(0),
            customer_id=permit.customer_id,
            plate_key="",
            due_on=local_date(at, rules.tz),
            revenue=accounts.FEE_REVENUE,
            facts=facts_of(permit),
            by=by,
            at=at,
        )
    audit.record(
        "permit.hangtag_replaced",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=reason,
        old=old,
        new=fresh,
    )
    return permit
