"""The catalogue of reports, and asking for one."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from reporting import catalogue
from reporting.catalogue.base import Report, usual_periods
from reporting.forms import ReportForm
from reporting.operations import reports
from reporting.queries import previews, runs
from reporting.views.runs import await_run
from reporting.views.seeing import open_report


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
    if code not in catalogue.REPORTS and catalogue.find(code):
        return redirect("office_questions:list")
    report = open_report(request, code)
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
            wants_mail=form.cleaned_data["mail"],
            by=actor(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        field = refusal.field.removeprefix("parameters.")
        form.add_error(field if field in form.fields else None, str(refusal))
        return page(request, "reporting/office/ask.html", context, status=422)
    await_run(request, run)
    return redirect("office_reports:run", reference=run.reference)


def _preview(report: Report, given: dict[str, str]) -> previews.Preview:
    """Return the first rows of what was asked, or why there are none."""
    known = {parameter.key for parameter in report.parameters}
    asked = {key: value for key, value in given.items() if key in known}
    return previews.preview(report, asked, at=timezone.now())


def _today() -> date:
    now = timezone.now()
    return local_date(now, programme.in_force(now).programme.tz)
