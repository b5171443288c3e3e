"""Axis cameras with a plate application: JSON, once for each change of a vehicle's state."""

from enforcement.cameras.delivery import (
    Delivery,
    degrees,
    milliseconds,
    said,
    share,
    within,
)
from enforcement.cameras.reads import Read, Told, Unreadable, told
from enforcement.cameras.regions import of_country, of_state


def read(delivery: Delivery) -> Told:
    """Return the read of an event. A vehicle that is new, then updated, then lost is one read.

    :raises Unreadable: if it has no plate's text.
    """
    event = delivery.object()
    names = ("plateUnicode", "plateUTF8", "plateText", "plateASCII")
    texts = [event[name] for name in names if name in event]
    if not texts:
        raise Unreadable("The event has no plateText.")
    plate = next((said(text) for text in texts if said(text)), "")
    camera = said(within(event, "camera_info", "SerialNumber") or event.get("sensorProviderID"))
    vehicle = said(event.get("carID"))
    return told(
        [
            Read(
                plate=plate,
                taken_at=milliseconds(event.get("capture_timestamp")),
                share=share(event.get("plateConfidence")),
                region=of_state(said(event.get("plateState")))
                or of_country(said(event.get("plateCountry"))),
                event=f"{camera}:{vehicle}:{plate}" if vehicle else "",
                device=camera,
                direction=said(event.get("carMoveDirection")),
                lat=degrees(within(event, "geotag", "lat"), 90),
                lon=degrees(within(event, "geotag", "lon"), 180),
                picture=delivery.picture("roi", "vehicle"),
                picture_ref=said(within(event, "imagesURI", 0) or event.get("imageFile")),
            )
        ]
    )
