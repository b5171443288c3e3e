"""The office's pages of cameras: added, described, given another key, switched off and on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.cameras import operations, pages, queries
from enforcement.cameras.forms import CameraForm
from enforcement.cameras.models import Camera
from enforcement.cameras.operations import NewKey
from enforcement.cameras.vendors import VENDORS
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown


@may(Permission.CAMERA_VIEW)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the cameras, how they do, and when reads were last erased."""
    now = timezone.now()
    context = {
        "rows": pages.camera_rows(now),
        "erasing": queries.last_erasing(),
        "settings": queries.settings(now),
        "may_manage": request.user.may(Permission.CAMERA_MANAGE),
    }
    return page(request, "enforcement/office/cameras/list.html", context)


@may(Permission.CAMERA_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Add a camera and show its key this once."""
    now = timezone.now()
    form = CameraForm(
        request.POST or None,
        zones=pages.zone_choices(now),
        carriers=pages.carrier_choices(),
        is_new=True,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.add_camera(**form.cleaned_data, by=actor(request), at=now)
        except Refused as refusal:
            _tell(form, refusal)
        else:
            if made.camera.through_id is not None:
                messages.success(request, f"{made.camera.name} is added.")
                return redirect("office_cameras:detail", made.camera.reference)
            return _key(request, made)
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/cameras/new.html", {"form": form}, status=status)


@may(Permission.CAMERA_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a camera and its address; whoever may, changes its name and place."""
    now, camera = timezone.now(), queries.camera(reference)
    may_manage = request.user.may(Permission.CAMERA_MANAGE)
    known = {
        "name": camera.name,
        "zone": camera.zone_code,
        "lat": camera.lat,
        "lon": camera.lon,
    }
    sent = request.POST if request.method == "POST" and may_manage else None
    form = CameraForm(sent, zones=pages.zone_choices(now), is_new=False, initial=known)
    if sent is not None and form.is_valid():
        try:
            changed = operations.change_camera(
                reference, **form.cleaned_data, by=actor(request), at=now
            )
        except Refused as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, f"{changed.name} is saved.")
            return redirect("office_cameras:detail", reference)
    context = {
        "camera": camera,
        "maker": VENDORS[camera.vendor],
        "word": pages.condition(camera, now),
        "carried": list(camera.carried.order_by("name", "pk")),
        "form": form,
        "may_manage": may_manage,
        "address": _address(request, camera),
        "reads_url": f"{reverse('office_reads:list')}?view=all&camera={reference}",
    }
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/cameras/detail.html", context, status=status)


@may(Permission.CAMERA_MANAGE)
@require_POST
@never_cache
@refusals_shown
def rotate(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give a camera another key and show it this once."""
    made = operations.rotate_key(reference, by=actor(request), at=timezone.now())
    return _key(request, made)


@may(Permission.CAMERA_MANAGE)
@require_POST
@refusals_shown
def switch(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Switch a camera off, or on again."""
    act = operations.switch_on if request.POST.get("on") else operations.switch_off
    camera = act(reference, by=actor(request), at=timezone.now())
    word = "off" if camera.switched_off_at else "on"
    messages.success(request, f"{camera.name} is switched {word}.")
    return redirect("office_cameras:detail", reference)


def _key(request: HttpRequest, made: NewKey) -> HttpResponse:
    context = {
        "camera": made.camera,
        "key": made.key,
        "secret": queries.secret_of(made.camera),
        "maker": VENDORS[made.camera.vendor],
        "address": _address(request, made.camera),
    }
    return page(request, "enforcement/office/cameras/key.html", context)


def _address(request: HttpRequest, camera: Camera) -> str:
    return request.build_absolute_uri(f"/api/v1/lpr/{camera.vendor}")


def _tell(form: CameraForm, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
