"""The permit that follows on one: asked for by its holder, or by staff."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from permits.models import Permit
from permits.operations import notices, sales
from permits.operations.common import known, locked
from permits.operations.sales import Wish
from permits.operations.tallying import tallied
from permits.queries.permits import money_of, plates_of
from permits.rules.plates import Plate
from permits.rules.renewals import may_renew
from permits.rules.terms import clock_text


@transaction.atomic
def renew_permit(
    number: str,
    *,
    wanted: Sequence[Plate] | None = None,
    channel: Permit.Channel,
    early: bool = False,
    by: Actor,
    at: datetime,
) -> Permit:
    """Sell the permit that follows on this one: held like any other, with the same plates unless
    others are `wanted`; `early` it may be before renewal opens, as staff may.

    :raises Conflict: if it cannot be renewed now.
    :raises Refused: with the reason why the holder may not buy.
    """
    permit = known(number)
    # The sale locks the customer first, then the permit, as all sales do.
    Customer.objects.select_for_update(no_key=True).get(pk=permit.customer_id)
    permit = locked(number)
    in_force = programme.in_force(at).programme
    kind = in_force.permit_type(permit.type_code)
    if kind is None:
        raise Conflict("not_renewable", "This kind of permit is not sold any more.")
    renewals = permit.renewals.filter(cancelled_at__isnull=True, lapsed_at__isnull=True)
    decision = may_renew(
        kind,
        status=permit.status_at(at),
        ends_at=permit.ends_at,
        is_renewed=renewals.exists(),
        by_staff=early,
        zone=in_force.tz,
        at=at,
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    listed = plates_of([permit], at=at).get(permit.pk, ())
    same = tuple(Plate(plate.text, plate.key, plate.region) for plate in listed)
    wish = Wish(
        type_code=permit.type_code,
        plates=same if wanted is None else tuple(wanted),
        start=permit.ends_at,
        as_of=at,
    )
    return sales.hold_permit(
        wish,
        customer_id=permit.customer_id,
        channel=channel,
        renews_id=permit.pk,
        by=by,
        at=at,
    )


@transaction.atomic
def send_renewal(number: str, *, by: Actor, at: datetime) -> Permit:
    """Renew a permit for its holder, who has until its end to pay, and write to them.

    :raises Conflict: if it cannot be renewed now.
    :raises Refused: with the reason why the holder may not buy.
    """
    ends_at = known(number).ends_at
    fresh = renew_permit(number, channel=Permit.Channel.OFFICE, by=by, at=at)
    if fresh.paid_at is not None:
        return fresh
    let_wait(fresh, until=ends_at)
    zone = programme.version(fresh.programme_version).programme.tz
    notices.tell(
        "permit.renewal_sent",
        fresh,
        at=at,
        until=clock_text(fresh.hold_expires_at or ends_at, zone),
        deposit=money_of(fresh, fresh.deposit_minor) if fresh.deposit_minor else "",
        pay_path=reverse("portal_permits:pay", args=[fresh.number]),
    )
    return fresh


def let_wait(fresh: Permit, *, until: datetime) -> None:
    """Hold an unpaid renewal until an instant."""
    if fresh.paid_at is not None:
        return
    fresh.pay_until = until
    with tallied(fresh):
        fresh.hold_expires_at = max(fresh.hold_expires_at or until, until)
    fresh.save(update_fields=["pay_until", "hold_expires_at"])


def full_price(fresh: Permit) -> Money:
    """Return all that is asked for a renewal: its price with tax, and its deposit."""
    return money_of(fresh, fresh.net_minor + fresh.tax_minor + fresh.deposit_minor)
