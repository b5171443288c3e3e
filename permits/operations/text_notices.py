"""What a phone that parks is texted by itself, once each, in the transaction of the act."""

from datetime import datetime

from parkops.kernel.texts import Text, say
from parkops.messaging.texts import operations as texts
from parkops.tenancy import hosts
from permits.models import ParkingSession
from permits.queries.stays import stay_path


def tell(event: str, stay: ParkingSession, *, key: str, until: str, at: datetime) -> bool:
    """Text who parks what `event` says; False if the stay has no phone, or it gets no texts."""
    template = _TOLD.get(event)
    if not stay.phone or template is None:
        return False
    words = template(stay, until)
    return bool(texts.send_once(event=event, key=key, number=stay.phone, words=words, at=at))


def link(number: str) -> str:
    """Return the address of a stay's page, good for whoever holds it."""
    return f"{hosts.current_site_url()}{stay_path(number)}"


def _begun(stay: ParkingSession, until: str) -> Text:
    return say(
        "{plate} may park in {zone} until {until}. "
        "Text EXTEND 30 to park longer, END to end it. {link}",
        plate=stay.plate_text,
        zone=stay.zone_code,
        until=until,
        link=link(stay.number),
    )


def _ends(stay: ParkingSession, until: str) -> Text:
    return say(
        "The time of {plate} in {zone} ends at {until}. Text EXTEND 30 to park longer. {link}",
        plate=stay.plate_text,
        zone=stay.zone_code,
        until=until,
        link=link(stay.number),
    )


def _mend(stay: ParkingSession, _until: str) -> Text:
    return say(
        "An officer saw a plate or zone that almost matches your session of {plate} in {zone}. "
        "If it is your car, move the session here: {link}",
        plate=stay.plate_text,
        zone=stay.zone_code,
        link=link(stay.number),
    )


_TOLD = {"session.stay_begun": _begun, "session.stay_ends": _ends, "session.stay_near_miss": _mend}
