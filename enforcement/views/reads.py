"""The office's pages of what cameras read: the list, and the one read that a person decides."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.cameras import operations, pages, queries
from enforcement.cameras.forms import ReadFilterForm, RejectForm, SettleForm
from enforcement.cameras.models import PlateRead
from enforcement.cameras.rules import State
from enforcement.operations import looks
from enforcement.views import pictures
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

PER_PAGE = 25


@may(Permission.READ_VIEW)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the reads that wait for a person, the hits, or all."""
    view = request.GET.get("view", "")
    form = ReadFilterForm(request.GET, cameras=pages.camera_choices())
    data = form.cleaned_data if form.is_valid() else {}
    looks.note_search(data.get("q", ""), place="reads", by=actor(request), at=timezone.now())
    rows = pages.reads(view=view, text=data.get("q", ""), camera=data.get("camera", ""))
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = pages.read_rows(list(found.object_list))
    context = {"page": found, "form": form, "view": view, "tabs": pages.read_tabs(view)}
    return page(request, "enforcement/office/reads/list.html", context, part="results")


@may(Permission.READ_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a read, and while it waits the ways to decide it."""
    return _detail(request, reference)


@may(Permission.READ_REVIEW)
@require_POST
@refusals_shown
def settle(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Accept the plate as read, or correct it, and go on to the next read."""
    form = SettleForm(request.POST)
    if form.is_valid():
        region = form.cleaned_data["region"] if "region" in request.POST else None
        plate = form.cleaned_data["plate"]
        try:
            settled = operations.settle_read(
                reference, plate=plate, region=region, by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _next(request, settled)
    return _detail(request, reference, settling=form, status=422)


@may(Permission.READ_REVIEW)
@require_POST
@refusals_shown
def reject(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Reject a read with a reason, and go on to the next."""
    form = RejectForm(request.POST)
    if form.is_valid():
        try:
            rejected = operations.reject_read(
                reference,
                reason=form.cleaned_data["reason"],
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _next(request, rejected)
    return _detail(request, reference, rejecting=form, status=422)


@may(Permission.READ_VIEW)
@require_safe
@refusals_shown
def picture(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give the picture of a read as it is shown, or with ?original the file as it came."""
    read = queries.read(reference)
    if not read.shown:
        raise Http404("No picture came with this read.")
    return pictures.original(read) if "original" in request.GET else pictures.shown(read)


def _next(request: HttpRequest, read: PlateRead) -> HttpResponse:
    plate = read.settled_text or read.plate_text
    word = pages.STATES[State(read.state)].text.lower()
    messages.success(request, f"The read of {plate} is {word}.")
    after = pages.after(read)
    if after is None:
        return redirect("office_reads:list")
    return redirect("office_reads:detail", after.reference)


def _detail(
    request: HttpRequest,
    reference: UUID,
    *,
    settling: SettleForm | None = None,
    rejecting: RejectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    read = queries.read(reference)
    context = {
        "shown": pages.read_page(read, at=timezone.now()),
        "read": read,
        "settling": settling or SettleForm(initial={"region": read.region}),
        "rejecting": rejecting or RejectForm(),
        "may_review": request.user.may(Permission.READ_REVIEW),
    }
    return page(request, "enforcement/office/reads/detail.html", context, status=status)
