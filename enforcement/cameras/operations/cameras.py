"""How a camera is added and changed, given another key, switched off and on."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from enforcement.cameras import queries
from enforcement.cameras.models import Camera
from enforcement.cameras.vendors import VENDORS
from enforcement.queries.checks import zone_of
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme

KIND = "camera"
_BEGINNING = "cam_"


class NewKey(NamedTuple):
    """A camera with the key that was made for it, which nobody can read again."""

    camera: Camera
    key: str


@transaction.atomic
def add_camera(
    *,
    name: str,
    vendor: str,
    zone: str,
    lat: float | None = None,
    lon: float | None = None,
    through: UUID | None = None,
    device: str = "",
    by: Actor,
    at: datetime,
) -> NewKey:
    """Add a camera and make its key. One that sends `through` another is told apart by its `device`, the
    name that the other's messages have for it.

    :raises NotFound: if this tenant has no camera to send through.
    :raises Refused: without a name, for a vendor that is none of ours, an unknown zone, or a device
        without a name or with another's.
    """
    if vendor not in VENDORS:
        raise Refused("vendor", "Choose who made the camera.", field="vendor")
    key = _new_key()
    carrier = _carrier(through, vendor, device) if through is not None else None
    camera = Camera.objects.create(
        vendor=vendor,
        through=carrier,
        device=device.strip()[:200],
        key_hash=queries.key_hash(key),
        key_start=key[:8],
        added_at=at,
        key_made_at=at,
        **_described(name, zone, lat, lon, at),
    )
    _record("camera.added", camera, by, at, vendor=vendor, zone=camera.zone_code)
    return NewKey(camera, key)


@transaction.atomic
def change_camera(
    reference: UUID,
    *,
    name: str,
    zone: str,
    lat: float | None = None,
    lon: float | None = None,
    by: Actor,
    at: datetime,
) -> Camera:
    """Change a camera's name and place; what it read before keeps its zone.

    :raises NotFound: if this tenant has no such camera.
    :raises Refused: without a name, or for an unknown zone.
    """
    camera = _locked(reference)
    wanted = _described(name, zone, lat, lon, at)
    changed = {field: value for field, value in wanted.items() if getattr(camera, field) != value}
    if not changed:
        return camera
    for field, value in changed.items():
        setattr(camera, field, value)
    camera.save(update_fields=list(changed))
    _record("camera.changed", camera, by, at, changed=changed)
    return camera


@transaction.atomic
def rotate_key(reference: UUID, *, by: Actor, at: datetime) -> NewKey:
    """Give a camera another key; the one before works no more.

    :raises NotFound: if this tenant has no such camera.
    """
    camera, key = _locked(reference), _new_key()
    camera.key_hash, camera.key_start = queries.key_hash(key), key[:8]
    camera.key_made_at = at
    camera.save(update_fields=["key_hash", "key_start", "key_made_at"])
    _record("camera.key_rotated", camera, by, at)
    return NewKey(camera, key)


def switch_off(reference: UUID, *, by: Actor, at: datetime) -> Camera:
    """Take nothing more from a camera; switching it off again changes nothing.

    :raises NotFound: if this tenant has no such camera.
    """
    return _switch(reference, off=True, by=by, at=at)


def switch_on(reference: UUID, *, by: Actor, at: datetime) -> Camera:
    """Take what a camera sends again.

    :raises NotFound: if this tenant has no such camera.
    """
    return _switch(reference, off=False, by=by, at=at)


@transaction.atomic
def _switch(reference: UUID, *, off: bool, by: Actor, at: datetime) -> Camera:
    camera = _locked(reference)
    if (camera.switched_off_at is not None) == off:
        return camera
    camera.switched_off_at = at if off else None
    camera.save(update_fields=["switched_off_at"])
    _record("camera.switched_off" if off else "camera.switched_on", camera, by, at)
    return camera


def _carrier(reference: UUID, vendor: str, device: str) -> Camera:
    carrier = _locked(reference)
    if carrier.vendor != vendor or carrier.through_id is not None:
        told = "A camera sends through one of the same maker that has an address of its own."
        raise Refused("through", told, field="through")
    if not device.strip():
        told = "Type the name that the messages have for this camera."
        raise Refused("device", told, field="device")
    if carrier.carried.filter(device=device.strip()).exists():
        told = f"{carrier.name} sends for a camera of that name already."
        raise Refused("device", told, field="device")
    return carrier


def _described(
    name: str, zone: str, lat: float | None, lon: float | None, at: datetime
) -> dict[str, Any]:
    words = " ".join(name.split())
    if not words:
        raise Refused("name", "Give the camera a name.", field="name")
    if (lat is None) != (lon is None):
        told = "Give both the latitude and the longitude, or neither."
        raise Refused("position", told, field="lat")
    code = zone_of(programme.in_force(at), zone).code
    return {"name": words[:100], "zone_code": code, "lat": lat, "lon": lon}


def _locked(reference: UUID) -> Camera:
    camera = Camera.objects.select_for_update(no_key=True).filter(reference=reference).first()
    if camera is None:
        raise NotFound("There is no such camera.")
    return camera


def _new_key() -> str:
    return _BEGINNING + secrets.token_urlsafe(32)


def _record(event: str, camera: Camera, by: Actor, at: datetime, **data: Any) -> None:
    audit.record(
        event, subject=(KIND, str(camera.reference)), actor=by, at=at, name=camera.name, **data
    )
