"""A paid stay one character or one zone off: seen by an officer, moved by who paid, once."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, NotFound
from parkops.programme import queries as programme
from permits.models import ParkingSession, StayMend
from permits.operations import plates, stay_notices, stay_orders, stays
from permits.queries.stays import price
from permits.rules import stay_lengths
from permits.rules.plates import Plate


@transaction.atomic
def offer_mend(
    number: str,
    *,
    seen: Plate,
    zone_code: str,
    citation: str,
    why: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Let who paid for a stay move it to the plate and zone that an officer saw, and tell them.

    Once for each stay; returns whether it was offered now.

    :raises NotFound: if there is no such stay.
    """
    stay = stays.locked(number)
    if stay.warned_at is not None:
        return False
    stay.warned_at = at
    stay.save(update_fields=["warned_at"])
    StayMend.objects.create(
        stay=stay,
        citation=citation,
        plate_text=seen.text,
        plate_key=seen.key,
        region=seen.region,
        zone_code=zone_code,
        why=why,
        offered_at=at,
    )
    stay_notices.tell(
        "session.stay_near_miss",
        stay,
        at=at,
        seen_plate=seen.text,
        seen_zone=zone_code,
        citation=citation,
    )
    audit.record(
        "session.near_miss",
        subject=("session", stay.number),
        actor=by,
        at=at,
        reason=why,
        plate=seen.text,
        zone=zone_code,
        citation=citation,
    )
    return True


@transaction.atomic
def mend_stay(number: str, *, by: Actor, at: datetime) -> ParkingSession:
    """Move a stay that runs to the plate and zone that were seen; a second time changes nothing.

    A dearer zone costs its difference, which is then owed; a shorter longest stay ends it earlier.

    :raises NotFound: if there is no such stay, or nothing to mend.
    :raises Conflict: "session_over".
    """
    stay_orders.give_up_extension(number, at=at)
    stay = stays.locked(number)
    mend = StayMend.objects.select_for_update().filter(stay=stay).first()
    if mend is None:
        raise NotFound("There is nothing to move.")
    if mend.mended_at is not None:
        return stay
    if stay.stopped_at is not None or stay.ends_at <= at:
        raise Conflict("session_over", "This session is over. Start a new one.")
    is_same_zone = code_key(mend.zone_code) == code_key(stay.zone_code)
    stay.moved_from = stay.plate_text if is_same_zone else f"{stay.plate_text} in {stay.zone_code}"
    stay.plate_text, stay.plate_key, stay.region = mend.plate_text, mend.plate_key, mend.region
    if not is_same_zone:
        _change_zone(stay, mend.zone_code, at=at, by=by)
    stay.save()
    plates.move_right_of_stay(stay)
    mend.mended_at = at
    mend.save(update_fields=["mended_at"])
    audit.record(
        "session.moved",
        subject=("session", stay.number),
        actor=by,
        at=at,
        reason=f"It was bought for {stay.moved_from}.",
        plate=stay.plate_text,
        zone=stay.zone_code,
        citation=mend.citation,
    )
    return stay


def _change_zone(stay: ParkingSession, zone_code: str, *, by: Actor, at: datetime) -> None:
    rules = programme.version(stay.programme_version).programme
    if not rules.rates_for(zone_code):
        # Charged for since the stay began.
        rules = programme.in_force(at).programme
    if not rules.rates_for(zone_code):
        raise Conflict("no_rate", "Sessions are not sold in this zone any more.")
    _, most = stay_lengths.limits(rules.rates_for(zone_code))
    stay.zone_code = zone_code
    stay.ends_at = min(stay.ends_at, stay.starts_at + stay_lengths.minutes_of(most))
    quote = price(rules, zone_code, stay.starts_at, stay.ends_at)
    if quote.total.minor > stay.net_minor + stay.tax_minor:
        stay.net_minor, stay.tax_minor = quote.net.minor, quote.tax.minor
    stays.charge_whole(stay, by=by, at=at)
