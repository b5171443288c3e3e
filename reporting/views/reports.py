"""The catalogue of reports, and asking for one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on, wants_part
from reporting import catalogue
from reporting.catalogue.base import Report
from reporting.forms import FilterForm, ReportForm
from reporting.operations import filters as filter_acts
from reporting.operations import reports
from reporting.queries import filters, previews, runs
from reporting.rules.periods import KEY
from reporting.views.runs import await_run
from reporting.views.seeing import open_report

READS_ONLY = "Your role reads reports: it makes no files and saves no questions."


@may(Permission.REPORT_VIEW)
@require_safe
def catalogue_page(request: HttpRequest) -> HttpResponse:
    """List the reports there are, the filters that one has saved or may use, and the newest runs."""
    may_see = request.user.may
    hidden = catalogue.hidden(may_see)
    context = {
        "sections": catalogue.sections(may_see),
        "filters": filters.filters_for(request.user, hidden),
        "may_run": may_see(Permission.REPORT_RUN),
        "may_open": may_see(Permission.PROGRAMME_EDIT),
        "runs": runs.newest_runs(hidden),
    }
    return page(request, "reporting/office/catalogue.html", context)


@may(Permission.REPORT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what a report needs; queue it and go to its run, or save what is asked under a name.

    Who sees reports but makes none reads its rows here, a page at a time.
    """
    if code not in catalogue.REPORTS and catalogue.find(code):
        return redirect("office_questions:list")
    report = open_report(request, code)
    if not request.user.may(Permission.REPORT_RUN):
        return _read(request, report)
    if request.method != "POST" and wants_part(request):
        shown = {"report": report, "shown": _preview(request, report)}
        return page(request, "reporting/office/ask.html", shown, part="preview")
    is_saving = "save" in request.POST
    form = ReportForm(request.POST or None, report=report, initial=_initial(request, report))
    name_form = FilterForm(request.POST if is_saving else None, use_required_attribute=False)
    if request.method == "POST" and form.is_valid():
        if is_saving and name_form.is_valid():
            with refused_on(name_form):
                kept = filter_acts.save_filter(
                    code,
                    form.given(),
                    file_format=form.cleaned_data["format"],
                    owner=request.user,
                    at=timezone.now(),
                    **name_form.cleaned_data,
                )
                messages.success(request, f"{kept.name} is saved.")
                return redirect("office_filters:detail", reference=kept.reference)
        elif not is_saving:
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
            else:
                await_run(request, run)
                return redirect("office_reports:run", reference=run.reference)
    context = {
        "report": report,
        "form": form,
        "name_form": name_form,
        "filters": filters.filters_for(request.user, report=code),
        "codes": _codes(report),
    }
    status = 422 if form.errors or name_form.errors else 200
    return page(request, "reporting/office/ask.html", context, status=status)


def _read(request: HttpRequest, report: Report) -> HttpResponse:
    """Show the rows of what was asked, to who makes no files.

    :raises PermissionDenied: if they try to.
    """
    if request.method == "POST":
        raise PermissionDenied(READS_ONLY)
    context = {
        "report": report,
        "form": ReportForm(report=report, initial=_initial(request, report), makes_file=False),
        "codes": _codes(report),
        "shown": _preview(request, report),
    }
    return page(request, "reporting/office/read.html", context, part="preview")


def _initial(request: HttpRequest, report: Report) -> dict[str, Any]:
    """Return what the questions begin with: what the address says, otherwise this month or today."""
    given = request.GET.dict()
    today = _today()
    days = {"from": today.replace(day=1), "to": today}
    if KEY not in given and not {"from", "to"} & set(given):
        given[KEY] = "this-month" if report.asks_first else "today"
    return {**days, **given}


def _codes(report: Report) -> list[tuple[str, Sequence[Any]]]:
    """Return what the program has, by the question that takes its codes."""
    rules = programme.in_force(timezone.now()).programme
    return [(one.key, getattr(rules, one.codes)) for one in report.parameters if one.codes]


def _preview(request: HttpRequest, report: Report) -> previews.Preview:
    """Return a page of the rows of what was asked, or why there are none."""
    given = _initial(request, report)
    known = {parameter.key for parameter in report.parameters}
    if report.asks_last and given.get(KEY):
        known = {KEY, *known} - {"from", "to"}
    makes = request.user.may(Permission.REPORT_RUN)
    return previews.preview(
        report,
        {key: str(value) for key, value in given.items() if key in known},
        at=timezone.now(),
        number=request.GET.get("page", "1"),
        advice="Make the report." if makes else "Ask for fewer days.",
    )


def _today() -> date:
    now = timezone.now()
    return local_date(now, programme.in_force(now).programme.tz)
