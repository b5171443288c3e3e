"""Blue Iris with an AI that reads plates: JSON of an alert, or the dump of its AI alone."""

from typing import Any

from enforcement.cameras.delivery import Delivery, decoded, instant, rows, said, share, within
from enforcement.cameras.reads import Read, Told, Unreadable, told

_IN_MAIL = "%a %d %b %Y %H:%M:%S GMT"


def read(delivery: Delivery) -> Told:
    """Return the reads of an alert: those of its AI, or else the plate that it names.

    :raises Unreadable: if it has neither.
    """
    message = delivery.json()
    alert = message if isinstance(message, dict) else {"ai_dump": message}
    if "ai_dump" not in alert and "plate_number" not in alert:
        raise Unreadable("The message has neither plate_number nor ai_dump.")
    picture = decoded(alert.get("Image")) or delivery.picture()
    found = [
        _prediction(alert, dump["found"], one, picture)
        for dump in rows(alert.get("ai_dump"))
        if isinstance(dump.get("found"), dict)
        for one in rows(dump["found"].get("predictions"))
        if one.get("plate")
    ]
    return told(found or [_named(alert, picture)])


def _prediction(
    alert: dict[str, Any], found: dict[str, Any], one: dict[str, Any], picture: bytes
) -> Read:
    plate, request = said(one["plate"]), said(within(found, "requestId"))
    return Read(
        plate=plate,
        taken_at=instant(alert.get("timestamp"))
        or instant(found.get("timestampUTC"), _IN_MAIL, utc=True),
        share=share(one.get("confidence")),
        event=f"{request}:{said(alert.get('timestamp'))}:{plate}" if request else "",
        device=said(alert.get("camera")),
        picture=picture,
        picture_ref=said(alert.get("ALERT_PATH")),
    )


def _named(alert: dict[str, Any], picture: bytes) -> Read:
    return Read(
        plate=said(alert.get("plate_number")),
        taken_at=instant(alert.get("timestamp")),
        device=said(alert.get("camera")),
        picture=picture,
        picture_ref=said(alert.get("ALERT_PATH")),
    )
