"""The reports that were asked for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
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

    @property
    def took(self) -> timedelta | None:
        """How long whoever asked waited for it."""
        over = self.run.job.finished_at
        return over - self.run.created_at if over else None


def run_of(reference: uuid.UUID) -> ReportRun:
    """Return the run with its job.

    :raises NotFound: if there is none.
    """
    run = ReportRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such report run.")
    return run


def history(
    hidden: Sequence[str] = (), *, by: Actor | None = None, report: str = "", state: str = ""
) -> QuerySet[ReportRun]:
    """Return the runs with their jobs, newest first: those of one person, of one report, in one state.

    Those of `hidden` reports are left out.
    """
    rows = ReportRun.objects.select_related("job").exclude(report__in=hidden)
    if by is not None:
        rows = rows.filter(asked_by_ref=by.ref, asked_by_name=by.name)
    if report:
        rows = rows.filter(report=report)
    if state:
        rows = rows.filter(job__state=state)
    return rows.order_by("-created_at", "-id")


def row_of(run: ReportRun) -> RunRow:
    """Return a run as the lists show it."""
    return RunRow(run, *_named(run))


def newest_runs(hidden: Sequence[str] = (), *, limit: int = 10) -> list[RunRow]:
    """Return the newest `limit` runs as the lists show them, without those of `hidden` reports."""
    return [row_of(run) for run in history(hidden)[:limit]]


def over_of(references: Sequence[str]) -> list[RunRow]:
    """Return those of the runs that are made or have failed, as the lists show them."""
    over = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
    rows = ReportRun.objects.select_related("job").filter(
        reference__in=references, job__state__in=over
    )
    return [row_of(run) for run in rows.order_by("created_at", "id")]


def _named(run: ReportRun) -> tuple[str, str]:
    report = catalogue.find(run.report)
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
