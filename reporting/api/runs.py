"""Live figures, and reports that are made when they are asked for."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.values import instant_out, money_out
from parkops.jobs import queries as jobs
from parkops.jobs.models import Job
from parkops.kernel.money import Money
from parkops.kernel.permissions import Scope
from parkops.ui.files import stored_file
from reporting.api.scopes import SCOPES, require_report
from reporting.catalogue import REPORTS
from reporting.exports import WRITERS
from reporting.models import ReportRun
from reporting.operations import reports
from reporting.queries import live, runs

router = Router()


class RunIn(Schema):
    """A report to make. `parameters` are texts by key, as the catalogue lists them."""

    report: str
    parameters: dict[str, str | int | None] = {}
    format: str = "pdf"


@router.get("/counts", auth=needs(Scope.REPORTS_READ))
def counts(request: HttpRequest) -> Any:
    """Give the dashboard's live figures, with an ETag; `If-None-Match` gives 304."""
    figures = live.counts(timezone.now())
    tag = f'"{figures.version}"'
    given = request.headers.get("If-None-Match", "")
    if tag in {part.strip().removeprefix("W/") for part in given.split(",")}:
        response = HttpResponse(status=304)
    else:
        response = _json(figures)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@router.get("/reports", auth=needs(Scope.REPORTS_READ))
def catalogue(request: HttpRequest) -> dict[str, Any]:
    """List the reports there are."""
    return {
        "items": [
            {
                "code": report.code,
                "name": report.name,
                "about": report.about,
                "section": report.section,
                "needs": SCOPES[report.needs] if report.needs else None,
                "parameters": [
                    {
                        "key": parameter.key,
                        "label": parameter.label,
                        "kind": parameter.kind,
                        "required": parameter.is_required,
                        "choices": [value for value, _ in parameter.choices],
                    }
                    for parameter in report.parameters
                ],
                "formats": [*WRITERS],
            }
            for report in REPORTS.values()
        ],
        "next": None,
    }


@router.post("/report-runs", auth=needs(Scope.REPORTS_READ), response={202: dict})
@idempotent
def ask(request: HttpRequest, body: RunIn) -> Status:
    """Queue a report; it is made by a worker."""
    require_report(request, body.report)
    run = reports.ask_report(
        body.report,
        {key: value for key, value in body.parameters.items() if value is not None},
        file_format=body.format,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(202, _run(run))


@router.get("/report-runs/{reference}", auth=needs(Scope.REPORTS_READ))
def run(request: HttpRequest, reference: uuid.UUID) -> dict[str, Any]:
    """Tell how far a report is."""
    found = runs.run_of(reference)
    require_report(request, found.report)
    return _run(found)


@router.delete("/report-runs/{reference}", auth=needs(Scope.REPORTS_READ))
def cancel(request: HttpRequest, reference: uuid.UUID) -> dict[str, Any]:
    """Cancel a report that is not finished; that of somebody else needs the scope reports:write."""
    asked, actor = runs.run_of(reference), request.auth.actor
    require_report(request, asked.report)
    if (asked.asked_by_ref, asked.asked_by_name) != (actor.ref, actor.name):
        request.auth.require(Scope.REPORTS_WRITE)
    return _run(reports.cancel_report(reference, by=request.auth.actor, at=timezone.now()))


@router.get("/report-runs/{reference}/file", auth=needs(Scope.REPORTS_READ))
def file(request: HttpRequest, reference: uuid.UUID) -> StreamingHttpResponse:
    """Give the file of a finished report; who took it is recorded."""
    require_report(request, runs.run_of(reference).report)
    stored, kind, name = reports.take_file(reference, by=request.auth.actor, at=timezone.now())
    return stored_file(stored, kind=kind, save_as=name, tenant=request.tenant)


def _run(run: ReportRun) -> dict[str, Any]:
    done = run.job.state == Job.State.DONE
    return {
        "id": str(run.reference),
        "report": run.report,
        "parameters": run.parameters,
        "format": run.format,
        "status": run.job.state,
        "progress": run.job.progress_share,
        "stage": run.job.stage,
        "rows": run.rows if run.rows is not None else run.job.rows_done,
        "rows_total": run.rows if run.rows is not None else run.job.rows_total,
        "waiting_before": jobs.before(run.job) if run.job.state == Job.State.QUEUED else None,
        "error": run.job.error,
        "created_at": instant_out(run.created_at),
        "file": f"/api/v1/report-runs/{run.reference}/file" if done else None,
    }


def _json(figures: live.Counts) -> HttpResponse:
    return JsonResponse(
        {
            "at": figures.at,
            "permits_active": figures.permits_active,
            "permits_sold_today": figures.sold.total,
            "permits_held": figures.permits_held,
            "permits_to_approve": figures.permits_to_approve,
            "plate_checks_today": figures.checks.total,
            "citations_today": figures.citations.total,
            "citations_unpaid": figures.citations_unpaid,
            "appeals_waiting": figures.appeals_waiting,
            "revenue_today": money_out(Money(figures.taken.total, figures.currency)).dict(),
            "officers_on_shift": figures.officers_on_shift,
            "jobs_failed": figures.jobs_failed,
            "occupancy": [
                {"zone": zone.code, "name": zone.name, "taken": zone.taken, "spaces": zone.spaces}
                for zone in figures.zones
            ],
        },
    )
