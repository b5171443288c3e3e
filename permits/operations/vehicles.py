"""Limits on changes of plates, and what the office decides about plates that several hold."""

from datetime import datetime

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.customers.models import Customer, Vehicle
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from permits.models import Permit, PlateDecision, PlateRight
from permits.operations import plates
from permits.queries.permits import type_of
from permits.rules import vehicles as rules


def require_change(permit: Permit, *, by: Actor, at: datetime) -> None:
    """Do nothing if the plates of a locked permit may be changed now; part of the act that does.

    :raises Refused: "too_many_changes" for a holder who has used the program's number.
    """
    kind = type_of(permit)
    limit = kind.vehicles.changes
    if limit is None:
        return
    zone = programme.version(permit.programme_version).programme.tz
    made = [
        event
        for event in AuditEvent.objects.filter(
            subject_kind="permit",
            subject_ref=permit.number,
            event="permit.vehicles_changed",
            actor_kind="customer",
            at__lte=at,
        )
        if limit.per.after(event.at, zone) > at
    ]
    rules.may_change(kind, is_holder=by.kind == "customer", made=len(made)).require()


@transaction.atomic
def decide_plate(
    plate_key: str, *, owner_id: int | None, evidence: str, by: Actor, at: datetime
) -> PlateDecision:
    """Decide whose a plate is that several customers hold: `owner_id`'s, or (None) rightly all's.

    Nobody's past changes. From `at` on the others hold it no more, and it is off their permits.

    :raises Refused: without evidence, or for an owner who does not hold it.
    :raises NotFound: if fewer than two customers hold it.
    """
    _lock_plate(plate_key)
    held = list(Vehicle.objects.filter(plate_key=plate_key).now().order_by("customer_id", "pk"))
    holders = sorted({vehicle.customer_id for vehicle in held})
    if len(holders) < 2:
        raise NotFound("No two customers hold this plate.")
    if not evidence.strip():
        raise Refused("evidence", "Say what shows whose the plate is.", field="evidence")
    if owner_id is not None and owner_id not in holders:
        raise Refused("owner", "This customer does not hold the plate.", field="owner")
    # In the order of their ids, as every act that locks several customers does.
    people = {
        row.pk: row
        for row in Customer.objects.select_for_update(no_key=True)
        .filter(pk__in=holders)
        .order_by("pk")
    }
    decision = PlateDecision.objects.create(
        plate_key=plate_key,
        customers=holders,
        owner_id=owner_id,
        evidence=evidence.strip()[:4_000],
        decided_at=at,
        decided_by=by.name,
    )
    if owner_id is not None:
        for vehicle in held:
            if vehicle.customer_id != owner_id:
                customers.remove_vehicle(vehicle.pk, by=by, at=at)
        _take_off_permits(plate_key, set(holders) - {owner_id}, by=by, at=at)
    for holder in holders:
        audit.record(
            "vehicle.plate_decided",
            subject=("customer", str(people[holder].reference)),
            actor=by,
            at=at,
            reason=decision.evidence,
            decision=decision.pk,
            keeps=owner_id is None or owner_id == holder,
        )
    return decision


def _take_off_permits(plate_key: str, losers: set[int], *, by: Actor, at: datetime) -> None:
    on = PlateRight.objects.filter(kind=PlateRight.Kind.PERMIT, plate_key=plate_key, ends_at__gt=at)
    found = Permit.objects.filter(customer_id__in=losers, pk__in=on.values("permit_id"))
    for permit in found.select_for_update().order_by("pk"):
        plates.take_off(permit, {plate_key}, at=at)
        audit.record(
            "permit.vehicles_changed",
            subject=("permit", permit.number),
            actor=by,
            at=at,
            added=0,
            removed=1,
        )


def _lock_plate(plate_key: str) -> None:
    """Let two who decide about the same plate at once go one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:plate:{plate_key}"],
        )
