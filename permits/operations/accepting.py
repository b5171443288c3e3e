"""An offered place taken: by its link or page, without the questions of a purchase."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.programme import queries as programme
from permits.models import Permit, WaitlistEntry
from permits.operations import sales
from permits.operations.sales import Wish
from permits.queries import line
from permits.rules.plates import Plate
from permits.rules.status import CURRENT, Status


@transaction.atomic
def accept_offer(
    reference: UUID | str,
    *,
    plates: Sequence[Plate] = (),
    channel: Permit.Channel = Permit.Channel.PORTAL,
    by: Actor,
    at: datetime,
) -> list[Permit]:
    """Hold the permits that are offered to somebody in line, to be paid like any other.

    The plates go onto the first permit as far as it takes them, the rest onto the next. Taking an
    offer again returns the same permits, as long as they stand.

    :raises NotFound: if there is no such entry.
    :raises Conflict: "offer_over" once it lapsed, was declined, or was taken and given up.
    :raises Refused: with the reason why the customer may not buy.
    """
    customer_id = line.entry(reference).customer_id
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    entry = line.entry(reference)
    if entry.status == WaitlistEntry.Status.ACCEPTED:
        taken = _taken(entry, at=at)
        if taken:
            return taken
    until = entry.offer_expires_at
    if entry.status != WaitlistEntry.Status.OFFERED or until is None or until <= at:
        raise Conflict("offer_over", "This place is not offered to you any more.")
    kind = programme.in_force(at).programme.permit_type(entry.type_code)
    if kind is None:
        raise Conflict("offer_over", "This kind of permit is not sold any more.")
    count = len(entry.places) // max(len(set(entry.places)), 1)
    held: list[Permit] = []
    left = tuple(plates)
    for _ in range(max(count, 1)):
        mine = left[: kind.vehicles.max] if count > 1 else left
        left = left[len(mine) :]
        wish = Wish(entry.type_code, mine)
        held.append(sales.hold_permit(wish, customer_id=customer_id, channel=channel, by=by, at=at))
    return held


def _taken(entry: WaitlistEntry, *, at: datetime) -> list[Permit]:
    """Return the permits that came of an offer and stand: those to be paid, else the last."""
    mine = Permit.objects.filter(customer_id=entry.customer_id, type_key=entry.type_key)
    unpaid = list(mine.with_status(Status.HELD, at).order_by("pk"))
    last = entry.permit
    return unpaid or ([last] if last is not None and last.status_at(at) in CURRENT else [])
