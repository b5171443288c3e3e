"""The office's calendar of hearings: times, who is booked, the day of who hears."""

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_appeals import SlotChoiceForm
from enforcement.forms_reviewing import HeardForm, SlotsForm
from enforcement.operations import hearings as operations
from enforcement.queries import citations as queries
from enforcement.queries import hearings, reviewers
from enforcement.rules import hearings as rules
from enforcement.views import appeals
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.days import day_asked
from parkops.ui.pages import actor, page, refusals_shown, refused_on


@may(Permission.APPEAL_VIEW)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show two weeks of hearings from a day on, today if none is asked."""
    first = _day(request)
    context = {
        "days": hearings.days(first, officer=_mine(request)),
        "first": first,
        "last": first + timedelta(days=hearings.SHOWN_DAYS - 1),
        "before": first - timedelta(days=hearings.SHOWN_DAYS),
        "after": first + timedelta(days=hearings.SHOWN_DAYS),
        "is_mine": bool(_mine(request)),
        "may_open": request.user.may(Permission.APPEAL_DECIDE),
    }
    return page(request, "enforcement/office/hearings/calendar.html", context)


@may(Permission.APPEAL_VIEW)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Show the hearings of a day in order, for who hears them; it prints."""
    on = _day(request)
    found = hearings.days(on, count=1, officer=_mine(request))
    context = {
        "on": on,
        "day": found[0] if found else None,
        "is_mine": bool(_mine(request)),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
    }
    return page(request, "enforcement/office/hearings/day.html", context)


@may(Permission.APPEAL_VIEW)
@require_safe
def day_file(request: HttpRequest) -> HttpResponse:
    """Give the hearings of a day as a calendar file."""
    on = _day(request)
    found = hearings.days(on, count=1, officer=_mine(request))
    text = hearings.day_file(found[0] if found else None, made_at=timezone.now())
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="hearings-{on}.ics"'},
    )


@may(Permission.APPEAL_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Open times for hearings."""
    people = reviewers.people()
    form = SlotsForm(
        request.POST or None,
        people=[(one.ref, one.name) for one in people],
        initial={"minutes": 20, "capacity": 1, "begins": "09:00", "ends": "12:00"},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = next((one for one in people if one.ref == data["officer"]), None)
        starts = rules.starts(
            data["first"],
            data["last"],
            weekdays=[int(n) for n in data["weekdays"]],
            begins=data["begins"].hour * 60 + data["begins"].minute,
            ends=data["ends"].hour * 60 + data["ends"].minute,
            minutes=data["minutes"],
            zone=queries.tenant_zone(),
        )
        with refused_on(form):
            opened = operations.open_slots(
                starts,
                minutes=data["minutes"],
                capacity=data["capacity"],
                place=data["place"],
                video=data["video"],
                officer=Actor("staff", chosen.ref, chosen.name) if chosen else None,
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, f"{len(opened)} times are open.")
            return redirect("office_hearings:calendar")
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/hearings/new.html", {"form": form}, status=status)


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def close(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Offer a time no more."""
    slot = operations.close_slot(reference, by=actor(request), at=timezone.now())
    messages.success(request, "This time is not offered any more.")
    on = local_date(slot.starts_at, queries.tenant_zone())
    return redirect(f"{reverse('office_hearings:calendar')}?on={on}")


@may(Permission.APPEAL_FILE)
@require_POST
@refusals_shown
def book(request: HttpRequest, number: str) -> HttpResponse:
    """Book an appeal's hearing, or move it."""
    form = SlotChoiceForm(request.POST)
    if form.is_valid():
        try:
            hearing = operations.book_hearing(
                queries.number_of(number),
                form.cleaned_data["slot"],
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            return appeals.show(request, number, refusal=refusal, status=422)
        messages.success(request, f"The hearing is on {hearings.slot_text(hearing.slot)}.")
        return redirect("office_appeals:detail", queries.number_of(number))
    refused = Refused("slot", "Choose a time.")
    return appeals.show(request, number, refusal=refused, status=422)


@may(Permission.APPEAL_FILE)
@require_POST
@refusals_shown
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Give a booked hearing up."""
    operations.release_hearing(queries.number_of(number), by=actor(request), at=timezone.now())
    messages.success(request, "The hearing is given up.")
    return redirect("office_appeals:detail", queries.number_of(number))


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Say who came to a hearing and what was said."""
    form = HeardForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            operations.record_hearing(
                queries.number_of(number),
                **form.cleaned_data,
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, "The hearing is recorded.")
            return redirect("office_appeals:detail", queries.number_of(number))
    return appeals.show(request, number, heard=form, status=422)


def _day(request: HttpRequest) -> date:
    return day_asked(request, "on", at=timezone.now(), zone=queries.tenant_zone())


def _mine(request: HttpRequest) -> str:
    return actor(request).ref if request.GET.get("who") == "me" else ""
