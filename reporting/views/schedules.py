"""Schedules of saved filters and kept questions: when, for whom, what became of it."""

import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from reporting import catalogue
from reporting.forms_schedules import ScheduleForm
from reporting.models import Schedule
from reporting.operations import filters as filter_acts
from reporting.operations import schedules as acts
from reporting.queries import schedules
from reporting.queries.schedules import Subject
from reporting.questions import queries as questions
from reporting.views.seeing import open_report


@may(Permission.REPORT_VIEW)
@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    """List the schedules of the filters and questions that one sees."""
    hidden = catalogue.hidden(request.user.may)
    rows = schedules.schedules_for(request.user, hidden, at=timezone.now())
    return page(request, "reporting/office/schedules.html", {"rows": rows})


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Make a schedule of a filter."""
    kept = filter_acts.own_filter(reference, by=request.user)
    open_report(request, kept.report)
    make = partial(acts.make_schedule, reference)
    return _new(request, schedules.subject_of_filter(kept), kept.format, make)


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new_of_question(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Make a schedule of a kept question."""
    now = timezone.now()
    found = questions.one(reference, ref=actor(request).ref, may=request.user.may, at=now)
    if not found.may_change:
        raise PermissionDenied(
            "Only whose question it is schedules it. Begin one of your own with it."
        )
    subject = schedules.subject_of_question(found.row, at=now)
    return _new(request, subject, "pdf", partial(acts.schedule_question, reference))


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show when a schedule runs and what became of it; change it."""
    schedule = schedules.schedule_of(reference, user=request.user)
    subject = schedules.subject_of(schedule, at=timezone.now())
    if subject.code and not subject.is_of(request.user):
        open_report(request, subject.code)
    form = _form(request, subject, ScheduleForm.initial_of(schedule))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            acts.change_schedule(reference, form.plan(), by=request.user, at=timezone.now())
            messages.success(request, "The schedule is changed.")
            return redirect("office_schedules:detail", reference=reference)
    more = {
        "schedule": schedule,
        "rhythm": schedule.rhythm.text,
        "people": schedules.people_of(schedule),
        "runs": schedules.last_runs(schedule),
    }
    return _shown(request, subject, form, **more)


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
    schedule = schedules.schedule_of(reference, user=request.user)
    subject = schedules.subject_of(schedule, at=timezone.now())
    acts.remove_schedule(reference, by=request.user, at=timezone.now())
    messages.success(request, "The schedule is removed. What it made stays among the runs.")
    return redirect(subject.url)


def _new(
    request: HttpRequest, subject: Subject, file_format: str, make: Callable[..., Schedule]
) -> HttpResponse:
    form = _form(request, subject, {"recipients": [request.user.pk], "formats": [file_format]})
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            made = make(form.plan(), by=request.user, at=timezone.now())
            messages.success(request, "The schedule is made.")
            return redirect("office_schedules:detail", reference=made.reference)
    return _shown(request, subject, form)


def _form(request: HttpRequest, subject: Subject, initial: dict[str, object]) -> ScheduleForm:
    people = acts.who_may_get(subject.code)
    return ScheduleForm(request.POST or None, people=people, initial=initial)


def _shown(
    request: HttpRequest, subject: Subject, form: ScheduleForm, **more: object
) -> HttpResponse:
    zone = programme.in_force(timezone.now()).programme.tz
    context = {
        "subject": subject,
        "form": form,
        "zone": zone.key.rpartition("/")[2].replace("_", " "),
        "may_change": subject.may_be_changed_by(request.user),
        **more,
    }
    status = 422 if form.errors else 200
    return page(request, "reporting/office/schedule.html", context, status=status)
