"""Saved filters: what one is, running it with one click, its name, sharing and removal."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown, refused_on
from reporting.forms import FilterForm
from reporting.operations import filters as acts
from reporting.queries import filters, schedules
from reporting.views.runs import await_run
from reporting.views.seeing import open_report


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show a filter with its schedules; rename or share it."""
    kept = acts.filter_of(reference, by=request.user)
    open_report(request, kept.report)
    form = FilterForm(
        request.POST or None, initial={"name": kept.name, "is_shared": kept.is_shared}
    )
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            acts.change_filter(reference, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, "The filter is changed.")
            return redirect("office_filters:detail", reference=reference)
    context = {
        "kept": kept,
        "row": filters.row_of(kept, request.user),
        "form": form,
        "schedules": schedules.schedules_of(kept, at=timezone.now()),
        "may_change": kept.owner_id == request.user.pk or request.user.may(Permission.STAFF_MANAGE),
    }
    status = 422 if form.errors else 200
    return page(request, "reporting/office/filter.html", context, status=status)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def run(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Ask for the report of a filter and go to its run."""
    open_report(request, acts.filter_of(reference, by=request.user).report)
    asked = acts.run_filter(reference, by=request.user, at=timezone.now())
    await_run(request, asked)
    return redirect("office_reports:run", reference=asked.reference)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def remove(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Remove a filter."""
    acts.remove_filter(reference, by=request.user, at=timezone.now())
    messages.success(request, "The filter is removed. What it made stays among the runs.")
    return redirect("office_reports:list")
