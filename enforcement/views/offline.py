"""What an officer's device takes along for hours without a network."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from enforcement.operations import offline
from enforcement.queries import offline as queries
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.files import json_stream
from parkops.ui.pages import actor


@may(Permission.PLATE_CHECK)
@require_safe
def rights(request: HttpRequest) -> HttpResponseBase:
    """Give the rights of all plates for a day as JSON, or what changed `after` a cursor."""
    now = timezone.now()
    try:
        device = UUID(request.GET.get("device", ""))
    except ValueError:
        return _unknown_device()
    copy = offline.copy_for(device, by=actor(request), at=now)
    plan = queries.plan(copy, after=request.GET.get("after", ""), at=now)
    return json_stream(queries.parts(copy, plan), tenant=request.tenant)


def _unknown_device() -> HttpResponse:
    text = "Name the device: device is a UUID that it made for itself."
    return JsonResponse({"errors": [{"field": "device", "message": text}]}, status=422)
