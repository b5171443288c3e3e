"""Rekor Scout and the OpenALPR agent: JSON, told apart by `data_type`."""

from typing import Any

from enforcement.cameras.delivery import (
    Delivery,
    decoded,
    milliseconds,
    number,
    rows,
    said,
    share,
    within,
)
from enforcement.cameras.reads import Candidate, Read, Told, Unreadable, told
from enforcement.cameras.regions import if_sure, of_state

_WITHOUT_READS = {
    "heartbeat": "A heartbeat: the agent is alive.",
    "vehicle": "A vehicle without a plate.",
}


def read(delivery: Delivery) -> Told:
    """Return the reads of an agent's message.

    :raises Unreadable: if it is no message of the agent.
    """
    message = delivery.object()
    kind = said(message.get("data_type"))
    if kind in _WITHOUT_READS:
        return Told(note=_WITHOUT_READS[kind])
    if kind == "alpr_group":
        return told([_group(message, delivery)])
    if kind == "alpr_results":
        return told([_result(message, one, delivery) for one in rows(message.get("results"))])
    raise Unreadable("data_type is none of alpr_group, alpr_results, vehicle and heartbeat.")


def _group(group: dict[str, Any], delivery: Delivery) -> Read:
    best = group.get("best_plate")
    plate = said(group.get("best_plate_number") or within(best, "plate"))
    region = said(group.get("best_region") or within(best, "region"))
    sure = group.get("best_region_confidence", within(best, "region_confidence"))
    camera = said(group.get("camera_id"))
    begun = said(group.get("epoch_start"))
    sent = within(best, "candidates") or group.get("candidates")
    return Read(
        plate=plate,
        taken_at=milliseconds(group.get("epoch_start")),
        share=share(group.get("best_confidence", within(best, "confidence")), of=100),
        region=if_sure(of_state(region), share(sure, of=100)),
        candidates=_candidates(sent),
        event=said(group.get("best_uuid")) or f"{camera}:{begun}:{plate}",
        device=camera,
        direction=_heading(group.get("travel_direction")),
        picture=decoded(group.get("vehicle_crop_jpeg"))
        or decoded(within(best, "plate_crop_jpeg"))
        or delivery.picture(),
        picture_ref=said(group.get("best_uuid")),
    )


def _result(message: dict[str, Any], one: dict[str, Any], delivery: Delivery) -> Read:
    plate = said(one.get("plate"))
    return Read(
        plate=plate,
        taken_at=milliseconds(message.get("epoch_time")),
        share=share(one.get("confidence"), of=100),
        region=if_sure(
            of_state(said(one.get("region"))), share(one.get("region_confidence"), of=100)
        ),
        candidates=_candidates(one.get("candidates")),
        event=f"{said(message.get('uuid'))}:{plate}" if message.get("uuid") else "",
        device=said(message.get("camera_id")),
        picture=delivery.picture(),
        picture_ref=said(message.get("uuid")),
    )


def _candidates(sent: Any) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(said(one.get("plate")), share(one.get("confidence"), of=100))
        for one in rows(sent)
    )


def _heading(value: Any) -> str:
    heading = number(value)
    return "" if heading is None else f"{heading:.0f}°"
