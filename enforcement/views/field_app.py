"""What the officer's app asks while it has a line: who is signed in, and where its records go."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from enforcement.cameras import local_reader
from enforcement.cameras.local_reader import NoReader
from enforcement.cameras.rules import percent
from enforcement.operations import field_records as taking
from enforcement.operations import numbers as numbering
from enforcement.operations import pictures
from enforcement.operations.field_records import Device, NotYet
from enforcement.queries import crew, field, field_records
from enforcement.queries.citations import tenant_zone
from enforcement.rules.field_records import Question, Sent, is_instant, is_uuid, understood
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.bodies import is_at_most
from parkops.ui.pages import actor

MOST_BYTES = 1024 * 1024
MOST_PHOTO_BYTES = 16 * 1024 * 1024
MOST_RECORDS = 200
CITING = ("citation", "void", "note")


@may(Permission.PLATE_CHECK)
@never_cache
@require_safe
def me(request: HttpRequest) -> JsonResponse:
    """Tell the app who is signed in, what they may do, and what became of their citations."""
    by, now = actor(request), timezone.now()
    shift = field.shift_of(by.ref)
    return JsonResponse(
        {
            "officer": by.ref,
            "name": by.name,
            "csrf": get_token(request),
            "may_cite": request.user.may(Permission.CITATION_ISSUE),
            "shift": shift.began_at.isoformat() if shift else None,
            "reads_plates": local_reader.is_wanted(),
            "shares": crew.has_agreed(by.ref),
            "positions_kept": crew.positions_kept(at=now),
            "conflicts": field_records.conflicts_of(by.ref, at=now),
            "now": now.isoformat(),
        }
    )


@may(Permission.PLATE_CHECK)
@never_cache
@require_POST
def records(request: HttpRequest) -> JsonResponse:
    """Take in what a phone wrote down, each record on its own, and tell what became of each."""
    if not is_at_most(request, MOST_BYTES):
        return JsonResponse({"code": "too_large", "detail": "Send at most 1 MiB."}, status=413)
    body, now = _body(request), timezone.now()
    fault = _fault(body)
    if fault:
        return JsonResponse({"code": "form", "detail": fault}, status=422)
    by = actor(request)
    if body["officer"] != by.ref:
        told = "These records are another officer's. They send them once they sign in."
        return JsonResponse({"code": "another_officer", "detail": told}, status=409)
    device = Device(UUID(body["device"]), datetime.fromisoformat(body["sent_at"]))
    results = [_taken(raw, device, by, now, request) for raw in body["records"]]
    return JsonResponse({"now": now.isoformat(), "results": results})


@may(Permission.CITATION_ISSUE)
@never_cache
@require_POST
def photo(request: HttpRequest) -> JsonResponse:
    """Take in a photo of a citation that the phone sent before."""
    if not is_at_most(request, MOST_PHOTO_BYTES):
        told = "A picture may have at most 15 MiB."
        return JsonResponse({"status": "refused", "reason": told}, status=413)
    file, named = request.FILES.get("photo"), request.POST.get("record")
    if file is None or not is_uuid(named):
        told = "Send the photo, and the record that it belongs to."
        return JsonResponse({"code": "form", "detail": told}, status=422)
    try:
        taking.take_photo(
            UUID(named),
            file.read(),
            sha256=request.POST.get("sha256", ""),
            by=actor(request),
            at=timezone.now(),
        )
    except NotYet:
        return JsonResponse({"status": "later"})
    except Refused as refusal:
        again = refusal.code == "hash"
        return JsonResponse({"status": "later" if again else "refused", "reason": str(refusal)})
    return JsonResponse({"status": "done"})


@may(Permission.CITATION_ISSUE)
@never_cache
@require_POST
def numbers(request: HttpRequest) -> JsonResponse:
    """Give a phone numbers to write citations with, as many as it is to hold; with none wanted take
    back what it has not used."""
    body, by, now = _body(request), actor(request), timezone.now()
    if not is_uuid(body.get("device")) or not isinstance(body.get("count"), int):
        told = "Give the device's UUID as device, and how many numbers as count."
        return JsonResponse({"code": "form", "detail": told}, status=422)
    device, count = UUID(body["device"]), body["count"]
    try:
        if count == 0:
            numbering.give_back_numbers(device, by, now)
        rows = numbering.allot_numbers(device, count, by, now) if count else []
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=422)
    return JsonResponse({"numbers": [{"number": row.number, "pin": row.pin} for row in rows]})


@may(Permission.PLATE_CHECK)
@never_cache
@require_POST
def plate(request: HttpRequest) -> JsonResponse:
    """Read the plates on a picture, the surest first; nothing is checked or kept."""
    if not is_at_most(request, MOST_PHOTO_BYTES):
        return JsonResponse({"detail": "A picture may have at most 15 MiB."}, status=413)
    file = request.FILES.get("picture")
    if file is None:
        return JsonResponse({"detail": "Send the picture."}, status=422)
    try:
        image = pictures.seen(file.read(), zone=tenant_zone())
        found = local_reader.reader().read(image)
    except (Refused, NoReader) as error:
        return JsonResponse({"detail": str(error)}, status=422)
    plates = [{"plate": one.plate, "sure": percent(one.share or 0)} for one in found]
    return JsonResponse({"plates": plates})


def _taken(
    raw: Any, device: Device, by: Actor, now: datetime, request: HttpRequest
) -> dict[str, Any]:
    sent = understood(raw)
    named = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(sent, Sent):
        return {"id": named, "status": "incomplete", "questions": [_asked(q) for q in sent]}
    if sent.kind in CITING and not request.user.may(Permission.CITATION_ISSUE):
        told = "Your role does not include writing citations."
        return {"id": named, "status": "later", "reason": told}
    try:
        return field_records.result_json(taking.take_record(sent, device=device, by=by, at=now))
    except NotYet:
        return {"id": named, "status": "later", "reason": "What it is about has not come yet."}
    except Refused as refusal:
        return {"id": named, "status": "refused", "reason": str(refusal)}


def _asked(question: Question) -> dict[str, str]:
    return {"field": question.field, "message": question.message}


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _fault(body: dict[str, Any]) -> str:
    if not is_uuid(body.get("device")):
        return "Give the device's UUID as device."
    if not is_instant(body.get("sent_at")):
        return "Give the phone's time as sent_at."
    if not isinstance(body.get("officer"), str):
        return "Give whose records these are as officer."
    rows = body.get("records")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_RECORDS:
        return f"Give 1 to {MOST_RECORDS} records."
    return ""
