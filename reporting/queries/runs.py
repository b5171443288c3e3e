"""The reports that were asked for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parkops.jobs.models import Job
from parkops.kernel.decisions import Conflict, NotFound
from reporting import catalogue
from reporting.catalogue.base import asked_text
from reporting.exports import WRITERS
from reporting.models import ReportRun


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the list: with the name of its report and what was asked of it."""

    run: ReportRun
    name: str
    asked: str


def run_of(reference: uuid.UUID) -> ReportRun:
    """Return the run with its job.

    :raises NotFound: if there is none.
    """
    run = ReportRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such report run.")
    return run


def newest_runs(hidden: Sequence[str] = (), *, limit: int = 50) -> list[RunRow]:
    """Return the newest `limit` runs with their jobs, newest first, without those of `hidden` reports."""
    rows = ReportRun.objects.select_related("job").exclude(report__in=hidden)
    found = rows.order_by("-created_at", "-id")[:limit]
    return [RunRow(run, *_named(run)) for run in found]


def _named(run: ReportRun) -> tuple[str, str]:
    report = catalogue.REPORTS.get(run.report)
    return (report.name, asked_text(report, run.parameters)) if report else (run.report, "")


def file_of(run: ReportRun, *, at: datetime) -> tuple[str, str, str]:
    """Return the file of a run by its name in the store, its type, and a name to save it under.

    :raises Conflict: "report_not_done" while it is not made, "report_expired" when it is gone.
    """
    if run.job.state != Job.State.DONE or not run.file_name:
        raise Conflict("report_not_done", f"The report is {run.job.get_state_display().lower()}.")
    if run.file_bytes is None or run.expires_at <= at:
        raise Conflict(
            "report_expired", "The file was kept for seven days and is gone. Run it again."
        )
    name = f"{catalogue.report_of(run.report).code}-{run.created_at:%Y-%m-%d}.{run.format}"
    return run.file_name, WRITERS[run.format][1], name
