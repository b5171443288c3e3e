"""The office's pages of field command: the board of calls, officers at work, beats, coverage, incidents."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_calls import CallForm
from enforcement.forms_dispatch import (
    AssignCallForm,
    BeatForm,
    CallFilterForm,
    CoverageForm,
    DutyForm,
    FinishForm,
    IncidentFilterForm,
)
from enforcement.forms_reviewing import ReasonForm
from enforcement.operations import beats as walking
from enforcement.operations import calls as operations
from enforcement.operations.calls import Told
from enforcement.queries import calls, crew
from enforcement.queries import citations as citing
from enforcement.queries.coverage import coverage as coverage_of
from enforcement.rules.calls import INCIDENTS
from enforcement.views import pictures
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.days import day_asked
from parkops.ui.pages import actor, page, refusals_shown, refused_on

PER_PAGE = 25
DAYS = 7
MOST_DAYS = 366


@may(Permission.DISPATCH_VIEW)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """List the calls of a view, the most urgent first."""
    context = _board(request)
    if "v" not in request.GET:
        return page(request, "enforcement/office/dispatch/board.html", context, part="results")
    return _fresh(request, "enforcement/office/dispatch/_live.html", context)


@may(Permission.DISPATCH_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Write down a call, or a task for an officer."""
    now = timezone.now()
    form = CallForm(
        request.POST or None, request.FILES or None, zones=_zones(now), from_office=True
    )
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            call = operations.take_call(
                told_of(form), files=form.read_files(), by=actor(request), at=now
            )
            messages.success(request, f"Call {call.number} is on the board.")
            return redirect("office_dispatch:detail", call.number)
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/dispatch/new.html", {"form": form}, status=status)


@may(Permission.DISPATCH_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a call with what has been done about it."""
    return _detail(request, number)


@may(Permission.DISPATCH_MANAGE)
@require_POST
@refusals_shown
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Give a call to an officer, with a priority."""
    form = AssignCallForm(request.POST, officers=_officers())
    if form.is_valid():
        with refused_on(form):
            call = operations.assign_call(
                number,
                to=form.cleaned_data["officer"],
                priority=form.cleaned_data["priority"],
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, f"Call {call.number} is with {call.officer or 'nobody'}.")
            if request.POST.get("back") == "board":
                return redirect("office_dispatch:board")
            return redirect("office_dispatch:detail", call.number)
    return _detail(request, number, assigning=form, status=422)


@may(Permission.DISPATCH_MANAGE)
@require_POST
@refusals_shown
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Say what came of a call."""
    form = FinishForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            call = operations.finish_call(
                number,
                outcome=form.cleaned_data["outcome"],
                text=form.cleaned_data["text"],
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, f"Call {call.number} is done.")
            return redirect("office_dispatch:board")
    return _detail(request, number, finishing=form, status=422)


@may(Permission.DISPATCH_MANAGE)
@require_POST
@refusals_shown
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give a call up, with the reason."""
    form = ReasonForm(request.POST, auto_id="cancel-%s")
    if form.is_valid():
        with refused_on(form):
            call = operations.cancel_call(
                number, reason=form.cleaned_data["reason"], by=actor(request), at=timezone.now()
            )
            messages.success(request, f"Call {call.number} is cancelled.")
            return redirect("office_dispatch:board")
    return _detail(request, number, cancelling=form, status=422)


@may(Permission.DISPATCH_VIEW)
@require_safe
@refusals_shown
def picture(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a picture of a call."""
    return pictures.shown(calls.picture(reference, call=calls.call(number)))


@may(Permission.DISPATCH_VIEW)
@require_safe
def at_work(request: HttpRequest) -> HttpResponse:
    """Show the officers at work on a map and as a list; it keeps itself fresh."""
    now = timezone.now()
    rows = crew.at_work(at=now)
    told = [
        (row.shift.pk, row.beat and row.beat.name, row.call and row.call.number)
        + ((row.position.lat, row.position.lon) if row.position else ())
        for row in rows
    ]
    context = {
        "rows": rows,
        "map": crew.officer_map(rows, at=now),
        "now": now,
        "version": _digest(told),
    }
    if "v" not in request.GET:
        return page(request, "enforcement/office/dispatch/officers.html", context)
    return _fresh(request, "enforcement/office/dispatch/_officers.html", context)


@may(Permission.DISPATCH_VIEW)
@require_safe
def beats(request: HttpRequest) -> HttpResponse:
    """List the beats, and who walks which on a day."""
    return _beats(request, BeatForm(zones=_zones(timezone.now())))


@may(Permission.DISPATCH_MANAGE)
@require_POST
@refusals_shown
def save_beat(request: HttpRequest) -> HttpResponse:
    """Make a beat."""
    now = timezone.now()
    form = BeatForm(request.POST, zones=_zones(now))
    if form.is_valid():
        with refused_on(form):
            walking.save_beat(**form.cleaned_data, by=actor(request), at=now)
            messages.success(request, "The beat is saved.")
            return redirect("office_dispatch:beats")
    return _beats(request, form, status=422)


@may(Permission.DISPATCH_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def beat(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Change a beat, or take it out of use."""
    now = timezone.now()
    known = crew.beat(reference)
    if request.method == "POST" and request.POST.get("act") == "retire":
        walking.retire_beat(reference, by=actor(request), at=now)
        messages.success(request, f"{known.name} is out of use.")
        return redirect("office_dispatch:beats")
    form = BeatForm(
        request.POST or None,
        zones=_zones(now),
        initial={"name": known.name, "zones": known.zones},
    )
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            walking.save_beat(**form.cleaned_data, reference=reference, by=actor(request), at=now)
            messages.success(request, "The beat is saved.")
            return redirect("office_dispatch:beats")
    status = 422 if form.errors else 200
    context = {"form": form, "beat": known}
    return page(request, "enforcement/office/dispatch/beat.html", context, status=status)


@may(Permission.DISPATCH_MANAGE)
@require_POST
@refusals_shown
def duty(request: HttpRequest) -> HttpResponse:
    """Let an officer walk a beat on a day."""
    form = DutyForm(request.POST)
    if not form.is_valid():
        raise Refused("duty", "Choose an officer, a day and a beat.")
    data = form.cleaned_data
    walking.give_duty(
        data["officer"], beat=data["beat"], on=data["on"], by=actor(request), at=timezone.now()
    )
    messages.success(request, "The duty is saved.")
    return redirect(f"/office/dispatch/beats/?on={data['on']}")


@may(Permission.DISPATCH_VIEW)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Show in which hours which zones were looked at."""
    today = local_date(timezone.now(), citing.tenant_zone())
    form = CoverageForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    last = data.get("last") or today
    first = data.get("first") or last - timedelta(days=DAYS - 1)
    first = max(first, last - timedelta(days=MOST_DAYS)) if first <= last else last
    found = coverage_of(data.get("what") or "checks", first, last)
    context = {
        "form": CoverageForm(
            initial={"first": first, "last": last, "what": data.get("what") or "checks"}
        ),
        "found": found,
        "first": first,
        "last": last,
    }
    return page(request, "enforcement/office/dispatch/coverage.html", context, part="results")


@may(Permission.DISPATCH_VIEW)
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents that officers recorded."""
    form = IncidentFilterForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    rows = calls.incidents(kind=data.get("kind", ""), text=data.get("q", ""))
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "form": form, "kinds": INCIDENTS}
    return page(request, "enforcement/office/dispatch/incidents.html", context, part="results")


@may(Permission.DISPATCH_VIEW)
@require_safe
@refusals_shown
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Show an incident."""
    found = calls.incident(number)
    context = {"incident": found, "kind": INCIDENTS[found.kind]}
    return page(request, "enforcement/office/dispatch/incident.html", context)


def told_of(form: CallForm) -> Told:
    """Return what a filled-in form says."""
    data = form.cleaned_data
    return Told(
        kind=data["kind"],
        client_id=data["client_id"],
        text=data["text"],
        zone=data["zone"],
        place=data["place"],
        plate=data["plate"],
        lat=data["lat"],
        lon=data["lon"],
        caller=data["caller"],
        email=data["email"],
    )


def _board(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    view = request.GET.get("view", "")
    view = view if view in calls.VIEWS else ""
    people = _officers()
    form = CallFilterForm(request.GET, officers=people)
    data = form.cleaned_data if form.is_valid() else {}
    rows = calls.calls(view, text=data.get("q", ""), officer=data.get("officer", ""), at=now)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = calls.call_rows(list(found.object_list), at=now)
    found.object_list = shown
    told = [
        (row.call.number, row.call.state, row.call.officer, row.call.priority, row.is_late)
        for row in shown
    ]
    return {
        "page": found,
        "form": form,
        "view": view,
        "tabs": calls.call_tabs(view, at=now),
        "officers": people,
        "may_manage": request.user.may(Permission.DISPATCH_MANAGE),
        "priorities": list(calls.PRIORITIES.items()),
        "now": now,
        "version": _digest(told),
        "live_url": request.get_full_path(),
    }


def _detail(request: HttpRequest, number: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    found = calls.call(number)
    first = {"officer": found.officer_ref, "priority": str(found.priority)}
    context = {
        "shown": calls.call_page(found, at=timezone.now()),
        "assigning": forms.get("assigning") or AssignCallForm(initial=first, officers=_officers()),
        "finishing": forms.get("finishing") or FinishForm(),
        "cancelling": forms.get("cancelling") or ReasonForm(auto_id="cancel-%s"),
        "may_manage": request.user.may(Permission.DISPATCH_MANAGE),
    }
    return page(request, "enforcement/office/dispatch/detail.html", context, status=status)


def _beats(request: HttpRequest, form: BeatForm, *, status: int = 200) -> HttpResponse:
    on = _day(request)
    context = {
        "form": form,
        "beats": crew.beats(),
        "duties": crew.duties(on=on),
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "may_manage": request.user.may(Permission.DISPATCH_MANAGE),
    }
    return page(request, "enforcement/office/dispatch/beats.html", context, status=status)


def _fresh(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The parts that changed since the version that the page has; 204 when nothing did."""
    if context["version"] == request.GET.get("v"):
        response = HttpResponse(status=204)
    else:
        response = render(request, template, context)
        response["Live-Version"] = context["version"]
    response["Cache-Control"] = "no-store"
    return response


def _digest(told: object) -> str:
    return sha256(repr(told).encode()).hexdigest()[:16]


def _day(request: HttpRequest) -> date:
    return day_asked(request, "on", at=timezone.now(), zone=citing.tenant_zone())


def _zones(at: datetime) -> list[tuple[str, str]]:
    version = programme.in_force(at).programme
    return [(zone.code, f"{zone.code}, {zone.name}") for zone in version.zones]


def _officers() -> list[tuple[str, str]]:
    return [(one.ref, one.name) for one in crew.officers()]
