"""Tattile cameras: XML of one read, its date and time by the clock of the camera."""

from enforcement.cameras.delivery import Delivery, decoded, inner, instant, share
from enforcement.cameras.reads import Read, Told, Unreadable, told
from enforcement.cameras.regions import of_country


def read(delivery: Delivery) -> Told:
    """Return the read of a message.

    :raises Unreadable: if it has no PLATE_STRING.
    """
    root = delivery.xml()
    if root.find(".//PLATE_STRING") is None:
        raise Unreadable("The XML has no PLATE_STRING.")
    plate, camera = inner(root, "PLATE_STRING"), inner(root, "DEVICE_SN")
    taken = f"{inner(root, 'DATE')} {inner(root, 'TIME')}"
    return told(
        [
            Read(
                plate=plate,
                taken_at=instant(taken, "%Y-%m-%d %H-%M-%S", "%d/%m/%Y %H:%M:%S"),
                share=share(inner(root, "OCRSCORE"), of=100),
                region=of_country(inner(root, "PLATE_COUNTRY_CODE")),
                event=inner(root, "EVENT_ID") or f"{camera}:{taken}:{plate}",
                device=inner(root, "DEVICE_NAME") or camera,
                direction=inner(root, "DIRECTION").lower(),
                picture=next(filter(None, map(decoded, _images(root))), b"") or delivery.picture(),
            )
        ]
    )


def _images(root):
    """Yield what stands in elements named as pictures are."""
    return (one.text for one in root.iter() if str(one.tag).startswith("IMAGE"))
