"""The catalogue of reports, and the runs of them."""

import uuid
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.jobs.models import Job
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.files import stored_file
from parkops.ui.pages import actor, page, refusals_shown
from reporting import catalogue
from reporting.catalogue.base import Report, usual_periods
from reporting.forms import ReportForm
from reporting.operations import reports
from reporting.queries import previews, runs


@may(Permission.REPORT_VIEW)
@require_safe
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """List the reports there are, and the newest runs."""
    may_see = request.user.may
    context = {
        "sections": catalogue.sections(may_see),
        "runs": runs.newest_runs(catalogue.hidden(may_see)),
    }
    return page(request, "reporting/office/catalogue.html", context)


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what a report needs; queue it and go to its run."""
    report = _open_report(request, code)
    periods = usual_periods(_today())
    initial = {"from": periods[0][1], "to": periods[0][2], **request.GET.dict()}
    form = ReportForm(request.POST or None, report=report, initial=initial)
    context = {"report": report, "form": form, "periods": periods}
    if request.method != "POST" and "preview" in request.GET:
        context["shown"] = _preview(report, request.GET.dict())
        return page(request, "reporting/office/ask.html", context, part="preview")
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return page(request, "reporting/office/ask.html", context, status=status)
    try:
        run = reports.ask_report(
            code,
            form.given(),
            file_format=form.cleaned_data["format"],
            by=actor(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        field = refusal.field.removeprefix("parameters.")
        form.add_error(field if field in form.fields else None, str(refusal))
        return page(request, "reporting/office/ask.html", context, status=422)
    return redirect("office_reports:run", reference=run.reference)


def _open_report(request: HttpRequest, code: str) -> Report:
    """Return the report of this code if whoever asks may see what is in it."""
    report = catalogue.report_of(code)
    if report.needs and not request.user.may(report.needs):
        raise PermissionDenied("Your role does not include what is in this report.")
    return report


def _preview(report: Report, given: dict[str, str]) -> previews.Preview:
    """Return the first rows of what was asked, or why there are none."""
    known = {parameter.key for parameter in report.parameters}
    asked = {key: value for key, value in given.items() if key in known}
    return previews.preview(report, asked, at=timezone.now())


def _today() -> date:
    now = timezone.now()
    return local_date(now, programme.in_force(now).programme.tz)


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def run(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show how far a run is; the part with its progress asks again by itself until it ends."""
    found = runs.run_of(reference)
    context = {
        "run": found,
        "report": _open_report(request, found.report),
        "is_moving": found.job.state in (Job.State.QUEUED, Job.State.RUNNING),
        "percent": round(found.job.progress_share * 100),
        "is_kept": found.file_bytes is not None and found.expires_at > timezone.now(),
    }
    return page(request, "reporting/office/run.html", context, part="progress")


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def file(request: HttpRequest, reference: uuid.UUID) -> StreamingHttpResponse:
    """Give the file of a run."""
    found = runs.run_of(reference)
    _open_report(request, found.report)
    stored, kind, name = runs.file_of(found, at=timezone.now())
    return stored_file(stored, kind=kind, save_as=name, tenant=request.tenant)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def cancel(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Cancel a run that is not finished."""
    _open_report(request, runs.run_of(reference).report)
    reports.cancel_report(reference, by=actor(request), at=timezone.now())
    messages.success(request, "The report is cancelled.")
    return redirect("office_reports:run", reference=reference)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def retry(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Queue a failed run again."""
    _open_report(request, runs.run_of(reference).report)
    reports.retry_report(reference, by=actor(request), at=timezone.now())
    return redirect("office_reports:run", reference=reference)
