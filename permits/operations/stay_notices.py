"""What who parks by the hour is told, once each, in the transaction of the act."""

from datetime import datetime
from typing import Any

from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from permits.models import ParkingSession
from permits.operations import text_notices
from permits.queries.stays import stay_path
from permits.rules.sessions import span_text


def tell(
    event: str, stay: ParkingSession, *, at: datetime, occasion: str = "", **more: Any
) -> bool:
    """Write the message of `event` to who parks, and text it to who texted in; the same occasion is
    told once.

    Returns whether there is an address or a phone to write to.
    """
    customer = stay.customer
    to = stay.email or (customer.email if customer else "")
    rules = programme.version(stay.programme_version).programme
    zone = rules.zone(stay.zone_code)
    key = f"session:{stay.number}:{event}{occasion and f':{occasion}'}"
    until = f"{stay.ends_at.astimezone(rules.tz):%H:%M}"
    is_texted = text_notices.tell(event, stay, key=key, until=until, at=at)
    if not to:
        return is_texted
    messaging.send_once(
        event=event,
        key=key,
        to=to,
        customer_id=stay.customer_id,
        language=stay.language or (customer.language if customer else ""),
        context={
            "number": stay.number,
            "plate": stay.plate_text,
            "zone": stay.zone_code,
            "zone_name": zone.name if zone else "",
            "span": span_text(stay.starts_at, stay.ends_at, rules.tz),
            "until": until,
            "total": rules.money(stay.net_minor + stay.tax_minor),
            "is_free": not stay.net_minor,
            "path": stay_path(stay.number),
            **more,
        },
        at=at,
    )
    return True
