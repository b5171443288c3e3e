"""Schedules of saved filters: when, for whom, what became of it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown, refused_on
from reporting import catalogue
from reporting.forms_schedules import ScheduleForm
from reporting.models import SavedFilter
from reporting.operations import filters as filter_acts
from reporting.operations import schedules as acts
from reporting.queries import filters
from reporting.views.seeing import open_report


@may(Permission.REPORT_VIEW)
@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    """List the schedules of the filters that one sees."""
    rows = filters.schedules_for(request.user, catalogue.hidden(request.user.may))
    return page(request, "reporting/office/schedules.html", {"rows": rows})


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Make a schedule of a filter."""
    kept = filter_acts.own_filter(reference, by=request.user)
    open_report(request, kept.report)
    form = _form(request, kept, {"recipients": [request.user.pk], "formats": [kept.format]})
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            made = acts.make_schedule(reference, form.plan(), by=request.user, at=timezone.now())
            messages.success(request, "The schedule is made.")
            return redirect("office_schedules:detail", reference=made.reference)
    return _shown(request, kept, form)


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show when a schedule runs and what became of it; change it."""
    schedule = filters.schedule_of(reference, user=request.user)
    kept = schedule.saved_filter
    open_report(request, kept.report)
    form = _form(request, kept, ScheduleForm.initial_of(schedule))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            acts.change_schedule(reference, form.plan(), by=request.user, at=timezone.now())
            messages.success(request, "The schedule is changed.")
            return redirect("office_schedules:detail", reference=reference)
    more = {
        "schedule": schedule,
        "rhythm": schedule.rhythm.text,
        "people": filters.people_of(schedule),
        "runs": filters.last_runs(schedule),
    }
    return _shown(request, kept, form, **more)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def pause(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Run it no more until it is resumed."""
    acts.pause_schedule(reference, by=request.user, at=timezone.now())
    messages.success(request, "The schedule is paused.")
    return redirect("office_schedules:detail", reference=reference)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def resume(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Run it again from its next time on."""
    acts.resume_schedule(reference, by=request.user, at=timezone.now())
    messages.success(request, "The schedule runs again.")
    return redirect("office_schedules:detail", reference=reference)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def remove(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Remove a schedule."""
    kept = filters.schedule_of(reference, user=request.user).saved_filter
    acts.remove_schedule(reference, by=request.user, at=timezone.now())
    messages.success(request, "The schedule is removed. What it made stays among the runs.")
    return redirect("office_filters:detail", reference=kept.reference)


def _form(request: HttpRequest, kept: SavedFilter, initial: dict[str, object]) -> ScheduleForm:
    people = acts.who_may_get(kept.report)
    return ScheduleForm(request.POST or None, people=people, initial=initial)


def _shown(
    request: HttpRequest, kept: SavedFilter, form: ScheduleForm, **more: object
) -> HttpResponse:
    context = {
        "kept": kept,
        "row": filters.row_of(kept, request.user),
        "form": form,
        "zone": programme.in_force(timezone.now()).programme.tz.key,
        "may_change": kept.owner_id == request.user.pk or request.user.may(Permission.STAFF_MANAGE),
        **more,
    }
    status = 422 if form.errors else 200
    return page(request, "reporting/office/schedule.html", context, status=status)
