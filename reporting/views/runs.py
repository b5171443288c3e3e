"""The runs of reports: how far one is, its file, what became of those that were asked for."""

import json
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from parkops.jobs import queries as jobs
from parkops.jobs.models import Job
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.files import stored_file
from parkops.ui.pages import actor, page, refusals_shown
from reporting import catalogue
from reporting.forms import HistoryForm
from reporting.models import ReportRun
from reporting.operations import reports
from reporting.queries import runs
from reporting.questions import rules
from reporting.questions.fields import given_of
from reporting.views.seeing import open_report

AWAITED = "reports_awaited"
MOST_AWAITED = 20
PER_PAGE = 25


@may(Permission.REPORT_VIEW)
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """List the runs: one's own, or everybody's, of the reports that one may see."""
    may_see = request.user.may
    seen = [one for _, reports_of in catalogue.sections(may_see) for one in reports_of]
    form = HistoryForm(request.GET, reports=seen)
    found = runs.history(
        catalogue.hidden(may_see),
        by=actor(request) if form.chosen("who") == "mine" else None,
        report=form.chosen("report"),
        state=form.chosen("state"),
    )
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [runs.row_of(run) for run in listed.object_list]
    context = {"form": form, "page": listed, "rows": rows}
    return page(request, "reporting/office/history.html", context, part="results")


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def run(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show how far a run is; the part with its progress asks again by itself until it ends."""
    found = runs.run_of(reference)
    may_run = request.user.may(Permission.REPORT_RUN)
    is_moving = found.job.state in (Job.State.QUEUED, Job.State.RUNNING)
    if not is_moving:
        await_no_more(request, [str(reference)])
    context = {
        "run": found,
        "report": open_report(request, found.report),
        "asked": runs.row_of(found).asked,
        "is_moving": is_moving,
        "before": jobs.before(found.job) if found.job.state == Job.State.QUEUED else 0,
        "stage": jobs.stage_text(found.job),
        "again": _again(found, may_run=may_run),
        "again_text": "Run it again" if may_run else "Read its rows now",
        "may_run": may_run,
        "may_cancel": _may_cancel(request, found),
        "is_kept": found.file_bytes is not None and found.expires_at > timezone.now(),
    }
    return page(request, "reporting/office/run.html", context, part="progress")


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def file(request: HttpRequest, reference: uuid.UUID) -> StreamingHttpResponse:
    """Give the file of a run; who took it is recorded."""
    open_report(request, runs.run_of(reference).report)
    stored, kind, name = reports.take_file(reference, by=actor(request), at=timezone.now())
    return stored_file(stored, kind=kind, save_as=name, tenant=request.tenant)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def cancel(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Cancel a run that is not finished: one's own, an administrator any."""
    found = runs.run_of(reference)
    open_report(request, found.report)
    if not _may_cancel(request, found):
        raise PermissionDenied("Only who asked for a report cancels it, or an administrator.")
    over = reports.cancel_report(reference, by=actor(request), at=timezone.now())
    if over.job.state == Job.State.CANCELLED:
        messages.success(request, "The report is cancelled.")
    else:
        messages.info(request, "It was over before it could be cancelled.")
    return redirect("office_reports:run", reference=reference)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def retry(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Queue a failed run again."""
    open_report(request, runs.run_of(reference).report)
    await_run(request, reports.retry_report(reference, by=actor(request), at=timezone.now()))
    return redirect("office_reports:run", reference=reference)


@may(Permission.REPORT_VIEW)
@require_safe
@never_cache
def news(request: HttpRequest) -> HttpResponse:
    """Tell, on whichever page somebody is, that a report they wait for is over; 204 while none is."""
    awaited = request.session.get(AWAITED, [])
    over = runs.over_of(awaited)
    if not over:
        response = HttpResponse(status=204)
    else:
        await_no_more(request, [str(row.run.reference) for row in over])
        response = page(request, "reporting/office/_news.html", {"rows": over})
    response["Reports-Awaited"] = str(len(awaited) - len(over))
    return response


def _may_cancel(request: HttpRequest, run: ReportRun) -> bool:
    asker = actor(request)
    is_own = (run.asked_by_ref, run.asked_by_name) == (asker.ref, asker.name)
    return request.user.may(Permission.REPORT_RUN) and (
        is_own or request.user.may(Permission.STAFF_MANAGE)
    )


def _again(run: ReportRun, *, may_run: bool) -> str:
    """Return where what was asked stands filled in, so that it is asked again or otherwise; "" if one may not."""
    if run.report in catalogue.REPORTS:
        asked = urlencode({**run.parameters, "format": run.format})
        return f"{reverse('office_reports:ask', args=[run.report])}?{asked}"
    if not may_run:
        return ""
    try:
        document = json.loads(run.parameters["question"])
        rules.read(document, currency=programme.in_force(timezone.now()).programme.currency)
    except (KeyError, ValueError, Refused):
        return reverse("office_questions:list")
    return f"{reverse('office_questions:new')}?{urlencode(given_of(document), doseq=True)}"


def await_run(request: HttpRequest, run: ReportRun) -> None:
    """Let whoever asked be told on the page where they are when the run is over."""
    awaited = request.session.get(AWAITED, [])
    request.session[AWAITED] = [*awaited, str(run.reference)][-MOST_AWAITED:]


def await_no_more(request: HttpRequest, references: list[str]) -> None:
    """Forget that somebody waits for these runs: they know."""
    awaited = request.session.get(AWAITED, [])
    left = [one for one in awaited if one not in references]
    if len(left) < len(awaited):
        request.session[AWAITED] = left
