"""Vehicles that stand on a permit for a while: named, ended early, and told of when over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from permits.models import Permit, PlateRight, TemporaryVehicle
from permits.operations import notices
from permits.operations.common import known, locked
from permits.operations.rights_changes import plates_changed
from permits.queries.permits import plates_of, type_of
from permits.queries.rights import near_keys
from permits.rules import vehicles as rules
from permits.rules.plates import Plate
from permits.rules.status import Status

BATCH = 500


@transaction.atomic
def add_temporary_vehicle(
    number: str,
    *,
    plate: Plate,
    start: datetime | None = None,
    end: datetime,
    replaces: str = "",
    by: Actor,
    at: datetime,
) -> TemporaryVehicle:
    """Give a vehicle a permit's right from `start` (now if left out) to `end`, an hour at least.

    Where the program says so, the plate `replaces` (the only one, if left out) has no right
    meanwhile. One that starts later ends the one before.

    :raises NotFound: if there is no such permit.
    :raises Conflict: if the permit is not valid.
    :raises Refused: with the limit that is used, or the field that is wrong.
    """
    permit = _locked(number)
    status = permit.status_at(at)
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        raise Conflict(f"permit_{status}", f"This permit is {status}.")
    if end <= (start or at) and start is not None and end < start:
        raise Refused("end", "The end is before the start.", field="end")
    kind = type_of(permit)
    zone = programme.version(permit.programme_version).programme.tz
    listed = [p.key for p in plates_of([permit], at=at).get(permit.pk, ())]
    asked = rules.tidy_period(
        start or max(at, permit.starts_at), end, permit_end=permit.ends_at, at=at
    )
    others = list(permit.temporary.order_by("starts_at", "pk"))
    made = [
        row
        for row in TemporaryVehicle.objects.filter(
            permit__customer_id=permit.customer_id,
            permit__type_key=permit.type_key,
            is_by_holder=True,
        )
        if kind.vehicles.temporary.per.after(row.added_at, zone) > at
    ]
    rules.may_add_temporary(
        kind,
        asked=asked,
        permit=Period(permit.starts_at, permit.ends_at),
        listed=listed,
        plate_key=plate.key,
        is_holder=by.kind == "customer",
        made=len(made),
        zone=zone,
    ).require()
    gives_way = _gives_way(listed, replaces, is_asked=kind.vehicles.temporary.replaces)
    if any(row.starts_at == asked.start and row.ends_at > asked.start for row in others):
        raise Refused("temporary_then", "Another temporary vehicle begins then.", field="start")
    added = TemporaryVehicle.objects.create(
        permit=permit,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        replaces_key=gives_way,
        starts_at=asked.start,
        ends_at=asked.end,
        is_by_holder=by.kind == "customer",
        added_at=at,
        added_by=by.name,
    )
    _lay_out(permit, gives_way, at=at)
    audit.record(
        "permit.temporary_vehicle_added",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        temporary=str(added.reference),
        starts_at=asked.start.isoformat(),
        ends_at=asked.end.isoformat(),
    )
    return added


@transaction.atomic
def end_temporary_vehicle(
    number: str, reference: UUID, *, by: Actor, at: datetime
) -> TemporaryVehicle:
    """End a temporary vehicle at `at`; the plate it stood in for has its right again. Twice is once.

    :raises NotFound: if the permit has none of this reference.
    """
    permit = _locked(number)
    row = permit.temporary.filter(reference=reference).first()
    if row is None:
        raise NotFound("There is no such temporary vehicle.")
    if row.ended_at is not None or row.ends_at <= at:
        return row
    row.ended_at = row.told_at = at
    row.ends_at = max(row.starts_at, at)
    row.save(update_fields=["ended_at", "told_at", "ends_at"])
    _lay_out(permit, row.replaces_key, at=at)
    audit.record(
        "permit.temporary_vehicle_ended",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        temporary=str(row.reference),
    )
    return row


def tell_ended_vehicles(*, at: datetime) -> int:
    """Tell the holders of permits whose temporary vehicle's time is over, once; returns how many."""
    due = TemporaryVehicle.objects.filter(told_at__isnull=True, ends_at__lte=at)
    return sum(
        _tell(pk, at=at)
        for pk in due.order_by("ends_at", "pk").values_list("pk", flat=True)[:BATCH]
    )


@transaction.atomic
def _tell(pk: int, *, at: datetime) -> bool:
    rows = TemporaryVehicle.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=pk, told_at__isnull=True).first()
    if row is None:
        return False
    row.told_at = at
    row.save(update_fields=["told_at"])
    permit = Permit.objects.select_related("customer").get(pk=row.permit_id)
    audit.record(
        "permit.temporary_vehicle_over",
        subject=("permit", permit.number),
        actor=SYSTEM,
        at=at,
        temporary=str(row.reference),
    )
    if permit.status_at(at) is Status.ACTIVE:
        notices.tell(
            "permit.temporary_over",
            permit,
            at=at,
            occasion=str(row.reference),
            temporary=row.plate_text,
        )
    return True


def _gives_way(listed: list[str], replaces: str, *, is_asked: bool) -> str:
    if replaces and replaces not in listed:
        raise Refused("replaces", f"{replaces} is not on this permit.", field="replaces")
    if not is_asked:
        return ""
    if not replaces and len(listed) > 1:
        raise Refused(
            "replaces",
            f"Say which plate it stands in for: {', '.join(listed)}.",
            field="replaces",
        )
    return replaces or (listed[0] if listed else "")


def _lay_out(permit: Permit, own_key: str, *, at: datetime) -> None:
    """Write from `at` on who has the right when: the plate `own_key` and those that stand in for
    it. What is past stays."""
    rows = list(permit.temporary.filter(replaces_key=own_key).order_by("starts_at", "pk"))
    live = [row for row in rows if row.ends_at > row.starts_at]
    whole = Period(permit.starts_at, permit.ends_at)
    own = PlateRight.objects.filter(
        permit=permit, kind=PlateRight.Kind.PERMIT, plate_key=own_key, temporary__isnull=True
    )
    last = own.filter(removed_at__isnull=True).first() if own_key else None
    cut, left = rules.share_out([Period(row.starts_at, row.ends_at) for row in live], whole)
    if not own_key:
        # Nobody gives way: each has its own time, whatever the others'.
        cut = [part for row in live if (part := Period(row.starts_at, row.ends_at).overlap(whole))]
    PlateRight.objects.filter(temporary__in=rows, starts_at__gt=at).delete()
    for row, span in zip(live, cut, strict=True):
        _write(row, permit, span)
    PlateRight.objects.filter(
        temporary__in=[row for row in rows if row not in live], ends_at__gt=at
    ).delete()
    if last is not None:
        _write_own(last, own, left, at=at)
    plates_changed({row.plate_key for row in rows} | ({own_key} if own_key else set()))


def _write(row: TemporaryVehicle, permit: Permit, span: Period) -> None:
    PlateRight.objects.update_or_create(
        temporary=row,
        defaults={"ends_at": span.end, "removed_at": span.end},
        create_defaults={
            "kind": PlateRight.Kind.PERMIT,
            "plate_text": row.plate_text,
            "plate_key": row.plate_key,
            "region": row.region,
            "near_keys": near_keys(row.plate_key),
            "starts_at": span.start,
            "ends_at": span.end,
            "removed_at": span.end,
            "permit": permit,
        },
    )


def _write_own(
    last: PlateRight, own: QuerySet[PlateRight], left: list[Period], *, at: datetime
) -> None:
    """Let the permit's own plate have the right for the periods `left` that are not past.

    `last` is the row without an end of its own: it keeps the last period, and those before it are
    rows that end. A row that holds now keeps its start.
    """
    here = own.filter(starts_at__lte=at, ends_at__gt=at).order_by("-pk").first()
    ahead = [span for span in left if span.end > at]
    if ahead and ahead[0].start <= at:
        ahead[0] = Period(here.starts_at if here else at, ahead[0].end)
    elif here is not None:
        ahead.insert(0, Period(here.starts_at, at))
    stale = own.filter(starts_at__gt=at)
    if here is not None:
        stale = stale | own.filter(pk=here.pk)
    stale.exclude(pk=last.pk).delete()
    for span in ahead[:-1]:
        PlateRight.objects.create(
            kind=last.kind,
            plate_text=last.plate_text,
            plate_key=last.plate_key,
            region=last.region,
            near_keys=last.near_keys,
            starts_at=span.start,
            ends_at=span.end,
            removed_at=span.end,
            permit_id=last.permit_id,
        )
    final = ahead[-1] if ahead else Period(last.ends_at, last.ends_at)
    last.starts_at, last.ends_at = final.start, final.end
    last.save(update_fields=["starts_at", "ends_at"])


def _locked(number: str) -> Permit:
    Customer.objects.select_for_update(no_key=True).get(pk=known(number).customer_id)
    return locked(number)
