"""Guest links: made and closed by the host, used by guests without an account."""

from datetime import datetime, timedelta

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import PUBLIC, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.models import GuestLink, VisitorPass
from permits.operations.common import locked
from permits.operations.notices import page_path
from permits.operations.passes import give_pass, require_gives
from permits.queries import guests
from permits.queries.permits import type_of
from permits.rules.guests import MOST_LINKS, code_of, may_take, new_code
from permits.rules.plates import Plate
from permits.rules.terms import clock_text


@transaction.atomic
def make_link(
    permit_number: str,
    *,
    name: str,
    minutes: int,
    uses: int | None,
    per_plate: int = 1,
    pin: str = "",
    opens_at: datetime,
    closes_at: datetime,
    by: Actor,
    at: datetime,
) -> GuestLink:
    """Make a link by which guests take passes of at most `minutes` out of a permit's allotment.

    :raises Refused: "no_passes", "link_over" if it would never open, "too_many_links".
    :raises Conflict: if the permit gives no passes.
    """
    permit = locked(permit_number)
    require_gives(permit, at=max(opens_at, at, permit.starts_at))
    if type_of(permit).passes is None:
        raise Refused("no_passes", "This permit gives no visitor passes.")
    closes_at = min(closes_at, permit.ends_at)
    if closes_at <= max(opens_at, at):
        raise Refused("link_over", "The last day is over, or before the first.", field="closes_on")
    still_open = permit.guest_links.filter(revoked_at__isnull=True, closes_at__gt=at)
    if still_open.count() >= MOST_LINKS:
        raise Refused(
            "too_many_links",
            say("At most {most} links are open. Close one first.", most=MOST_LINKS),
        )
    link = GuestLink.objects.create(
        code=new_code(),
        permit=permit,
        name=name.strip()[:60],
        minutes=minutes,
        uses=uses,
        per_plate=per_plate,
        pin=pin,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
    )
    audit.record(
        "permit.guest_link_made",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        link=str(link.reference),
        name=link.name,
    )
    return link


@transaction.atomic
def revoke_link(reference: str, *, by: Actor, at: datetime) -> GuestLink:
    """Close a link; passes already taken stay. Closing it again changes nothing.

    :raises NotFound: if there is no such link.
    """
    link = GuestLink.objects.select_for_update().filter(reference=reference).first()
    if link is None:
        raise NotFound("There is no such link.")
    if link.revoked_at is None:
        link.revoked_at = at
        link.save(update_fields=["revoked_at"])
        audit.record(
            "permit.guest_link_closed",
            subject=("permit", link.permit.number),
            actor=by,
            at=at,
            link=str(link.reference),
            name=link.name,
        )
    return link


@transaction.atomic
def take_by_link(
    code: str, *, plate: Plate, hours: float, pin: str = "", by: Actor = PUBLIC, at: datetime
) -> VisitorPass:
    """Give a guest a pass from now by a host's link; the host is told by e-mail.

    Asked again while the same plate's pass by this link runs, that pass is the answer. The
    permit's row is locked, so that the last pass of a link is taken once.

    :raises NotFound: if there is no such link.
    :raises Refused: "pin", "pass_too_long", or a code of `rules.guests` or `rules.passes`.
    """
    link = guests.link(code_of(code))
    permit = locked(link.permit.number)
    link = GuestLink.objects.select_for_update().get(pk=link.pk)
    if link.pin and pin.strip() != link.pin:
        raise Refused("pin", "This PIN is not the one of this link.", field="pin")
    running = link.passes.filter(plate_key=plate.key, ended_at=None, ends_at__gt=at).first()
    if running is not None:
        return running
    may_take(guests.gate_of(link, plate_key=plate.key), at=at).require()
    length = timedelta(hours=hours)
    if length > timedelta(minutes=link.minutes):
        most = guests.length_text(link)
        raise Refused(
            "pass_too_long",
            say("A pass by this link is at most {most} long.", most=most),
            field="hours",
        )
    try:
        given = give_pass(permit.number, plate=plate, hours=hours, guest_link=link, by=by, at=at)
    except Conflict as conflict:
        raise Refused("link_over", "Your host has no passes to give now.") from conflict
    zone = programme.version(permit.programme_version).programme.tz
    messaging.send_once(
        event="pass.taken",
        key=f"pass:{given.reference}:taken",
        to=permit.customer.email,
        customer_id=permit.customer_id,
        context={
            "name": permit.customer.name,
            "link": link.name,
            "plate": given.plate_text,
            "until": clock_text(given.ends_at, zone),
            "path": page_path(permit),
        },
        at=at,
    )
    return given
