"""Where cameras send what they read, in their vendors' own words; a camera's key opens its address."""

import base64
import binascii
import hashlib
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from enforcement.cameras import operations, queries
from enforcement.cameras.delivery import Delivery, is_picture
from enforcement.cameras.models import Camera
from enforcement.cameras.reads import Unreadable
from enforcement.cameras.vendors import VENDORS
from parkops.api import limits
from parkops.api.problems import Problem, not_found
from parkops.messaging.texts.signatures import BadSignature, verify

router = Router()
PER_SECOND = 50
UNKNOWN_PER_SECOND = 20


@router.post("/lpr/{vendor}", auth=None)
def receive(
    request: HttpRequest, vendor: str, key: str = Query(""), camera: str = Query("")
) -> dict[str, Any]:
    """Take in what a camera sends, in its vendor's own JSON, XML or form.

    The camera's key is in `?key=`, or in the header Authorization as a token, as a bearer or as the
    password of Basic; or `?camera=` names it and the message is signed (X-ParkOps-Signature). A message
    that came before is not taken twice.
    """
    maker = VENDORS.get(vendor)
    if maker is None:
        raise not_found()
    found = _signer(request, camera) if camera else _camera(request, key)
    if found.vendor != maker.code:
        raise Problem(
            409,
            "other_vendor",
            f"{found.name} is a camera of {VENDORS[found.vendor].name}: send to /lpr/{found.vendor}.",
        )
    delivery = _delivery(request)
    try:
        told = maker.read(delivery)
    except Unreadable as error:
        raise Problem(422, "unreadable", str(error)) from error
    taken = operations.take_in(found.pk, told.reads, digest=_digest(delivery), at=timezone.now())
    return {
        "reads": len(told.reads),
        "checked": taken.checked,
        "waiting": taken.waiting,
        "repeated": taken.repeated,
        "note": told.note,
    }


def _camera(request: HttpRequest, key: str) -> Camera:
    camera = queries.camera_with(key.strip() or _key_in(request.headers.get("Authorization", "")))
    if camera is None:
        _slow_down(request)
        raise Problem(
            401,
            "unknown_key",
            "Send the camera's key as ?key=KEY or in the header Authorization. It may have been changed.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    limits.require(f"{connection.schema_name}:camera:{camera.pk}", per_second=PER_SECOND)
    return camera


def _signer(request: HttpRequest, reference: str) -> Camera:
    """The camera that signed the message with its secret."""
    camera = queries.signed_camera(reference)
    try:
        if camera is None:
            raise BadSignature("There is no such camera.")
        secret = queries.secret_of(camera)
        verify(request.body, request.headers, secret=secret, at=timezone.now())
    except BadSignature as error:
        _slow_down(request)
        raise Problem(401, "bad_signature", str(error)) from error
    limits.require(f"{connection.schema_name}:camera:{camera.pk}", per_second=PER_SECOND)
    return camera


def _slow_down(request: HttpRequest) -> None:
    limits.require(
        f"{connection.schema_name}:unknown-camera:{limits.address(request)}",
        per_second=UNKNOWN_PER_SECOND,
    )


def _key_in(header: str) -> str:
    """Return the key in "Bearer KEY", "Token KEY", "KEY", or as the password of Basic."""
    kind, _, rest = header.strip().rpartition(" ")
    if kind.lower() != "basic":
        return rest
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _delivery(request: HttpRequest) -> Delivery:
    """Return the documents and pictures of a request: its parts, or else its whole body."""
    if request.content_type not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return Delivery((request.body,))
    documents = [
        str(value).encode() for name in request.POST for value in request.POST.getlist(name)
    ]
    pictures: dict[str, bytes] = {}
    for field, files in request.FILES.lists():
        for file in files:
            data = file.read()
            if is_picture(data):
                pictures[f"{field} {file.name}"] = data
            else:
                documents.append(data)
    return Delivery(tuple(documents), pictures)


def _digest(delivery: Delivery) -> str:
    digest = hashlib.sha256()
    for document in delivery.documents:
        digest.update(len(document).to_bytes(8) + document)
    return digest.hexdigest()
