"""Hikvision cameras: an XML event, alone or in a form with its pictures."""

from enforcement.cameras.delivery import Delivery, inner, instant, said, share, tag
from enforcement.cameras.reads import Read, Told, Unreadable, told


def read(delivery: Delivery) -> Told:
    """Return the read of an ANPR event.

    :raises Unreadable: if it is no event of the camera.
    """
    root = delivery.xml()
    if tag(root) != "EventNotificationAlert":
        raise Unreadable("The XML is no EventNotificationAlert.")
    kind = inner(root, "eventType")
    if kind.upper() != "ANPR":
        return Told(note=f"An event of kind {kind or 'unknown'}: it brings no plate.")
    files = [said(one.text) for one in root.iter() if tag(one) == "fileName"]
    return told(
        [
            Read(
                plate=inner(root, "licensePlate") or inner(root, "originalLicensePlate"),
                taken_at=instant(inner(root, "dateTime")),
                share=share(inner(root, "confidenceLevel"), of=100),
                event=inner(root, "UUID"),
                device=inner(root, "macAddress") or inner(root, "channelName"),
                direction=inner(root, "direction"),
                picture=delivery.picture("detectionPicture", "licensePlatePicture"),
                picture_ref=files[-1] if files else "",
            )
        ]
    )
