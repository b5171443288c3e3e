"""The officer's pages of calls: the list, one call with what is done, incidents, the own position."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_dispatch import FinishForm, IncidentForm, PositionForm
from enforcement.operations import calls as operations
from enforcement.operations import positions
from enforcement.operations.calls import Happened
from enforcement.queries import calls, crew
from enforcement.rules.calls import may_act
from enforcement.views import pictures
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse


@may(Permission.PLATE_CHECK)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the officer's calls, and those that nobody has on their beat."""
    me, now = actor(request).ref, timezone.now()
    shift = crew.shift_of(me)
    context = {
        "shift": shift,
        "beat": shift.beat if shift else None,
        "mine": calls.mine(me, at=now),
        "free": calls.free(shift.beat if shift else None, at=now),
        "has_agreed": crew.has_agreed(me),
    }
    return page(request, "enforcement/field/calls.html", context)


@may(Permission.PLATE_CHECK)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a call and the next step."""
    return _detail(request, number)


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Accept a call, or say that one is there."""
    act = (
        operations.arrive_at_call if request.POST.get("act") == "arrive" else operations.accept_call
    )
    act(number, by=actor(request), at=timezone.now())
    return redirect("field_calls:detail", number)


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Say what came of the officer's call; the caller is told."""
    now, by = timezone.now(), actor(request)
    form = FinishForm(request.POST, citations=_citations(request))
    may_act(officer_ref=calls.call(number).officer_ref, by_ref=by.ref).require()
    if form.is_valid():
        try:
            operations.finish_call(number, **form.cleaned_data, by=by, at=now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "It is done, and the caller is told.")
            return redirect("field_calls:list")
    return _detail(request, number, form=form, status=422)


@may(Permission.PLATE_CHECK)
@require_safe
@refusals_shown
def picture(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a picture of a call."""
    return pictures.shown(calls.picture(reference, call=calls.call(number)))


@may(Permission.PLATE_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def incident(request: HttpRequest) -> HttpResponse:
    """Record an incident."""
    now = timezone.now()
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            recorded = operations.record_incident(
                Happened(
                    kind=data["kind"],
                    text=data["text"],
                    happened_at=data["happened_at"] or now,
                    client_id=data["client_id"],
                    place=data["place"],
                    lat=data["lat"],
                    lon=data["lon"],
                    police_reference=data["police_reference"],
                    call=request.GET.get("call", ""),
                ),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Incident {recorded.number} is recorded.")
            return redirect("field_calls:list")
    status = 422 if form.errors else 200
    return page(request, "enforcement/field/incident.html", {"form": form}, status=status)


@may(Permission.PLATE_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: HttpRequest) -> HttpResponse:
    """Ask whether the officer's position may be sent during shifts, or take that back."""
    by, now = actor(request), timezone.now()
    if request.method == "POST":
        if request.POST.get("act") == "agree":
            positions.agree(by=by, at=now)
        else:
            erased = positions.take_back(by=by, at=now)
            messages.success(request, f"Your position is not sent; {erased} places are erased.")
        return redirect("field_calls:sharing")
    context = {
        "has_agreed": crew.has_agreed(by.ref),
        "kept": crew.positions_kept(at=now),
        "shift": crew.shift_of(by.ref),
    }
    return page(request, "enforcement/field/sharing.html", context)


@may(Permission.PLATE_CHECK)
@require_POST
def position(request: HttpRequest) -> HttpResponse:
    """Keep where the officer is: 204, or 403 where they have not agreed or are off shift."""
    form = PositionForm(request.POST)
    if not form.is_valid():
        return HttpResponse("Send lat and lon.", status=422, content_type="text/plain")
    accuracy = form.cleaned_data["accuracy"]
    try:
        positions.keep_position(
            form.cleaned_data["lat"],
            form.cleaned_data["lon"],
            None if accuracy is None else round(accuracy),
            by=actor(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        return HttpResponse(str(refusal), status=403, content_type="text/plain")
    return HttpResponse(status=204)


def _citations(request: HttpRequest) -> list[tuple[str, str]]:
    rows = calls.own_citations(actor(request).ref, at=timezone.now())
    return [(one.number, f"{one.number}, {one.plate_text}") for one in rows]


def _detail(
    request: HttpRequest, number: str, *, form: FinishForm | None = None, status: int = 200
) -> HttpResponse:
    found = calls.call(number)
    me = actor(request).ref
    context: dict[str, Any] = {
        "shown": calls.call_page(found, at=timezone.now()),
        "form": form or FinishForm(citations=_citations(request)),
        "may_act": may_act(officer_ref=found.officer_ref, by_ref=me),
    }
    return page(request, "enforcement/field/call.html", context, status=status)
