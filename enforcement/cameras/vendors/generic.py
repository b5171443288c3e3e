"""Software of one's own: JSON with one read, a list of them, or `{"reads": [...]}`."""

from typing import Any

from enforcement.cameras.delivery import (
    Delivery,
    decoded,
    degrees,
    instant,
    rows,
    said,
    share,
    within,
)
from enforcement.cameras.reads import Candidate, Read, Told, Unreadable, told


def read(delivery: Delivery) -> Told:
    """Return the reads of a message.

    :raises Unreadable: if it has no read with a plate.
    """
    message = delivery.json()
    if isinstance(message, dict):
        message = message.get("reads", [message])
    sent = rows(message)
    if not any("plate" in one for one in sent):
        raise Unreadable(
            'The message has no plate: write {"plate": "ABC 123", "confidence": 0.97}.'
        )
    return told([_read(one, delivery) for one in sent])


def _read(one: dict[str, Any], delivery: Delivery) -> Read:
    picture = decoded(one.get("picture"))
    return Read(
        plate=said(one.get("plate")),
        taken_at=instant(one.get("at")),
        share=share(one.get("confidence")),
        region=said(one.get("region")),
        candidates=tuple(
            Candidate(said(other.get("plate")), share(other.get("confidence")))
            for other in rows(one.get("candidates"))
        ),
        event=said(one.get("id")),
        device=said(one.get("camera")),
        direction=said(one.get("direction")),
        lat=degrees(within(one, "position", "lat"), 90),
        lon=degrees(within(one, "position", "lon"), 180),
        picture=picture or delivery.picture(),
    )
