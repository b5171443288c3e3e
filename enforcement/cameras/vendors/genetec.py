"""Genetec AutoVu: SharpV's JSON, XML of its template, hot-list hits; and its permit list, which is none."""

import re
from datetime import datetime
from xml.etree.ElementTree import Element

from enforcement.cameras.delivery import (
    Delivery,
    decoded,
    degrees,
    inner,
    instant,
    said,
    share,
    tag,
)
from enforcement.cameras.reads import Read, Told, Unreadable, told
from enforcement.cameras.regions import of_state

_PERMITS = re.compile(r"[^;\n]*;[^;\n]*;[^;\n]+;\d{4}-\d\d-\d\d;\d{4}-\d\d-\d\d;[^;\n]*(\r?\n|$)")
_AUTOVU = ("%Y:%m:%d %H:%M:%S.%f", "%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_SHARPV = ("%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S")


def read(delivery: Delivery) -> Told:
    """Return the reads of a message.

    :raises Unreadable: if it is none of what AutoVu sends.
    """
    if not delivery.is_xml and _PERMITS.match(delivery.text):
        return Told(note="A list of permits: AutoVu is given it, and it reads no plate.")
    if not delivery.is_xml:
        return told([_sharpv(delivery)])
    root = delivery.xml()
    if tag(root) == "AutoVu":
        if inner(root, "Plate").startswith("#"):
            return Told(note="The template itself: AutoVu fills it in when it reads a plate.")
        return told([_autovu(root, delivery)])
    if tag(root) == "Hotlist":
        return told([_hit(root, delivery)])
    raise Unreadable("The XML is neither AutoVu nor Hotlist.")


def _sharpv(delivery: Delivery) -> Read:
    message = delivery.object()
    if "Plate" not in message:
        raise Unreadable("The message has no Plate.")
    taken = f"{said(message.get('DateUtc'))} {said(message.get('TimeUtc'))}"
    return Read(
        plate=said(message["Plate"]),
        taken_at=instant(taken, *_SHARPV, *_AUTOVU, utc=True),
        share=share(message.get("ConfidenceScore"), of=100),
        region=of_state(said(message.get("State"))),
        event=said(message.get("Guid") or message.get("Id")),
        device=said(message.get("CameraName")),
        picture=decoded(message.get("ContextImage"))
        or decoded(message.get("PlateImage"))
        or delivery.picture("context"),
    )


def _autovu(root: Element, delivery: Delivery) -> Read:
    taken = f"{inner(root, 'UTCDate')} {inner(root, 'UTCTime')}"
    return Read(
        plate=inner(root, "Plate"),
        taken_at=instant(taken, *_AUTOVU, utc=True),
        share=share(inner(root, "ConfidenceScore"), of=100),
        region=of_state(inner(root, "State")),
        event=inner(root, "Guid"),
        device=inner(root, "CameraName") or inner(root, "SourceName"),
        lat=degrees(inner(root, "LatitudeY"), 90),
        lon=degrees(inner(root, "LongitudeX"), 180),
        picture=_image(root, "ContextImage")
        or _image(root, "PlateImage")
        or delivery.picture("context"),
    )


def _hit(root: Element, delivery: Delivery) -> Read:
    named = {one.get("name"): said(one.text) for one in root.iter() if tag(one) == "Attribute"}
    return Read(
        plate=inner(root, "PlateReadMatched") or inner(root, "MatchedPlate"),
        taken_at=_one_way(f"{inner(root, 'DateUtc')} {inner(root, 'TimeUtc')}"),
        share=share(named.get("Confidence Score", ""), of=100),
        region=of_state(named.get("PlateState", "") or named.get("Context", "")),
        event=inner(root, "HitID"),
        device=inner(root, "PatrollerName"),
        picture=delivery.picture("context"),
    )


def _one_way(text: str) -> datetime | None:
    """Return the instant if its date can be read one way only, day first or month first."""
    ways = {instant(text, form, utc=True) for form in ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")}
    found = ways - {None}
    return found.pop() if len(found) == 1 else None


def _image(root: Element, name: str) -> bytes:
    return next((decoded(one.text) for one in root.iter() if tag(one) == name), b"")
