"""Events with passes for many visitors: made, handed out as codes or for plates, taken, withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.messaging import operations as messaging
from parkops.programme import numbering
from parkops.programme import queries as programme
from payments import accounts
from payments import operations as payments
from payments.rules.gl import Facts
from permits.models import EventPass, ParkingSession, VisitorEvent
from permits.operations import plates, stay_notices, stays
from permits.queries import validations as departments
from permits.queries import visitor_events as queries
from permits.rules import guests, sessions
from permits.rules.amounts import tax_of
from permits.rules.event_lists import Visitor
from permits.rules.plates import Plate

MOST_PASSES = 2_000
PAID_WITHIN = timedelta(days=30)


@transaction.atomic
def make_event(
    *,
    name: str,
    department: str,
    zone_code: str,
    starts_at: datetime,
    ends_at: datetime,
    price_minor: int = 0,
    by: Actor,
    at: datetime,
) -> VisitorEvent:
    """Make an event whose visitors park in a zone at a department's expense.

    :raises NotFound: if there is no such department.
    :raises Refused: "unknown_zone", "department_closed", or "over" for a time that is past.
    """
    payer = departments.department(department)
    _, _, zone = stays.zone_sold(zone_code, at=starts_at)
    if payer.closed_at is not None:
        raise Refused("department_closed", "This department validates no parking any more.")
    if ends_at <= max(starts_at, at):
        raise Refused("over", "The event ends before it begins, or is over.", field="until_time")
    event = VisitorEvent.objects.create(
        name=name.strip(),
        department=payer,
        zone_code=zone.code,
        starts_at=starts_at,
        ends_at=ends_at,
        price_minor=price_minor,
        created_at=at,
    )
    _record("visitor_event.made", event, by=by, at=at, name=event.name)
    return event


@transaction.atomic
def add_passes(
    reference: str, *, visitors: Sequence[Visitor] = (), codes: int = 0, by: Actor, at: datetime
) -> list[EventPass]:
    """Give passes to the visitors of a list, and so many more as codes without a name.

    A plate that has a pass already gets no second one. Who has an address is written to.

    :raises NotFound: if there is no such event.
    :raises Refused: "event_over", "too_many", or "nothing_new".
    """
    event = _locked(reference)
    _require_open(event, at=at)
    known = queries.plates_of(event)
    wanted = [one for one in visitors if one.plate is None or one.plate.key not in known]
    wanted += [Visitor(None, "", "")] * codes
    if not wanted:
        raise Refused("nothing_new", "All of these have a pass already.", field="visitors")
    if event.passes.filter(revoked_at=None).count() + len(wanted) > MOST_PASSES:
        raise Refused(
            "too_many", say("An event has at most {most} passes.", most=MOST_PASSES), field="codes"
        )
    made = [
        EventPass(
            event=event,
            code=guests.new_code(),
            name=one.name,
            email=one.email,
            created_at=at,
        )
        for one in wanted
    ]
    EventPass.objects.bulk_create(made)
    for row, one in zip(made, wanted, strict=True):
        if one.plate is not None:
            _park(row, one.plate, by=by, at=at)
        elif one.email:
            _send(row, at=at)
    _charge(event, by=by, at=at)
    _record("visitor_event.passes_given", event, by=by, at=at, count=len(made))
    return made


@transaction.atomic
def take_event_pass(code: str, *, plate: Plate, by: Actor = PUBLIC, at: datetime) -> ParkingSession:
    """Let whoever has a pass's code park with a plate; until the event begins it may be changed.

    :raises NotFound: if there is no such pass.
    :raises Refused: "pass_revoked", "event_over", or "pass_taken".
    """
    row = EventPass.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise NotFound("There is no such pass.")
    event = _locked(str(row.event.reference))
    row.event = event
    _require_open(event, at=at)
    if row.revoked_at is not None:
        raise Refused("pass_revoked", "This pass has been withdrawn. Ask who invited you.")
    if row.stay is None:
        stay = _park(row, plate, by=by, at=at)
        _charge(event, by=by, at=at)
        return stay
    stay = stays.locked(row.stay.number)
    if stay.plate_key == plate.key:
        return stay
    if at >= event.starts_at:
        raise Refused(
            "pass_taken",
            say("This pass is taken by {plate}.", plate=stay.plate_text),
            field="plate",
        )
    stay.plate_text, stay.plate_key, stay.region = plate.text, plate.key, plate.region
    stay.save(update_fields=["plate_text", "plate_key", "region"])
    plates.move_right_of_stay(stay)
    _record("visitor_event.plate_changed", event, by=by, at=at, session=stay.number)
    return stay


@transaction.atomic
def revoke_event_pass(code: str, *, by: Actor, at: datetime) -> EventPass:
    """Withdraw a pass and end its stay; a second time changes nothing.

    One withdrawn before the event began costs nothing.

    :raises NotFound: if there is no such pass.
    """
    row = EventPass.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise NotFound("There is no such pass.")
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        event = _locked(str(row.event.reference))
        if row.stay is not None:
            stays.stop_stay(row.stay.number, by=by, at=at)
        _charge(event, by=by, at=at)
        _record("visitor_event.pass_revoked", event, by=by, at=at, name=row.name)
    return row


def _park(row: EventPass, plate: Plate, *, by: Actor, at: datetime) -> ParkingSession:
    """Write the stay of a pass for the hours of its event."""
    event = row.event
    in_force = programme.in_force(event.starts_at)
    row.stay = stays.begin(
        ParkingSession(
            number=numbering.next_number("S", at=at, zone=in_force.programme.tz),
            zone_code=event.zone_code,
            plate_text=plate.text,
            plate_key=plate.key,
            region=plate.region,
            programme_version=in_force.number,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            net_minor=0,
            tax_minor=0,
            sold_at=at,
            email=row.email,
        ),
        by=by,
        at=at,
    )
    row.save(update_fields=["stay"])
    stay_notices.tell("session.stay_begun", row.stay, at=at)
    return row.stay


def _send(row: EventPass, *, at: datetime) -> None:
    """Write to a visitor where the pass is taken."""
    event = row.event
    zone = programme.in_force(event.starts_at).programme.tz
    messaging.send_once(
        event="pass.event",
        key=f"event-pass:{row.code}",
        to=row.email,
        context={
            "name": row.name,
            "event_name": event.name,
            "zone": event.zone_code,
            "span": sessions.span_text(event.starts_at, event.ends_at, zone),
            "path": queries.pass_path(row),
        },
        at=at,
    )


def _charge(event: VisitorEvent, *, by: Actor, at: datetime) -> None:
    """Let the department owe what the passes that are taken cost, as one charge of the event."""
    count = queries.charged(event)
    rules = programme.in_force(at).programme
    net, tax = tax_of(rules.money(event.price_minor * count), rules.tax, on="sessions")
    reference = f"visitor-event:{event.reference.hex[:16]}"
    text = f"Parking at {event.name}: {count} passes"
    if not event.price_minor:
        return
    told: dict[str, Any] = {"kind": "fee", "reference": reference, "at": at, "by": by}
    charge = payments.raise_charge(
        text=text,
        net=net,
        tax=tax,
        customer_id=event.department.customer_id,
        plate_key="",
        due_on=local_date(event.ends_at, rules.tz) + PAID_WITHIN,
        revenue=accounts.SESSION_REVENUE,
        facts=Facts(zone=event.zone_code),
        **told,
    )
    if charge.amount_minor != net.minor + tax.minor:
        payments.change_charge(amount=net + tax, tax=tax, text=text, title=text, **told)


def _require_open(event: VisitorEvent, *, at: datetime) -> None:
    if event.closed_at is not None or event.ends_at <= at:
        raise Refused("event_over", "This event is over.")


def _locked(reference: str) -> VisitorEvent:
    rows = VisitorEvent.objects.select_for_update(of=("self",)).select_related("department")
    event = rows.filter(reference=reference).first()
    if event is None:
        raise NotFound("There is no such event.")
    return event


def _record(event: str, of: VisitorEvent, *, by: Actor = SYSTEM, at: datetime, **data: Any) -> None:
    audit.record(event, subject=("visitor_event", str(of.reference)), actor=by, at=at, **data)
