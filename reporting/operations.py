"""What can be done with reports: ask for one, make it, cancel it, let its file go."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from parkops.audit import operations as audit
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme
from parkops.tenancy.models import Tenant
from reporting import catalogue
from reporting.catalogue.base import Asking
from reporting.datasets import Dataset
from reporting.exports import WRITERS
from reporting.models import ReportRun

JOB = "report"
KEPT = timedelta(days=7)
LONGEST_PDF_ROWS = 25_000  # some six hundred pages, drawn in ten seconds


@transaction.atomic
def ask_report(
    code: str, parameters: dict[str, Any], *, file_format: str, by: Actor, at: datetime
) -> ReportRun:
    """Queue a report; its answers are checked now, its rows are read by a worker.

    :raises Refused: if there is no such report, or a parameter or the format cannot be used.
    """
    if code not in catalogue.REPORTS:
        raise Refused(
            "unknown_report",
            f"There is no report {code}. There are {', '.join(catalogue.REPORTS)}.",
            field="report",
        )
    report = catalogue.report_of(code)
    if file_format not in WRITERS:
        raise Refused(
            "unknown_format",
            f"{file_format} is not a format. There are {', '.join(WRITERS)}.",
            field="format",
        )
    zone = programme.in_force(at).programme.tz
    report.answers(parameters, today=at.astimezone(zone).date())
    reference = uuid.uuid4()
    job = jobs.ask(JOB, {"run": str(reference)}, by=by, at=at)
    run = ReportRun.objects.create(
        reference=reference,
        report=code,
        parameters=parameters,
        format=file_format,
        job=job,
        asked_by_ref=by.ref,
        asked_by_name=by.name,
        created_at=at,
        expires_at=at + KEPT,
    )
    audit.record("report.asked", subject=("report", str(reference)), actor=by, at=at, report=code)
    return run


@transaction.atomic
def cancel_report(reference: uuid.UUID, *, by: Actor, at: datetime) -> ReportRun:
    """Cancel a report that is not finished; cancelling it again changes nothing.

    :raises NotFound: if there is no such run.
    """
    run = ReportRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such report run.")
    jobs.cancel(run.job_id, by=by, at=at)
    run.job.refresh_from_db()
    return run


@transaction.atomic
def retry_report(reference: uuid.UUID, *, by: Actor, at: datetime) -> ReportRun:
    """Queue a report that failed again."""
    run = ReportRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such report run.")
    jobs.retry(run.job_id, by=by, at=at)
    return run


def make_report(job: Job, progress: jobs.Progress) -> None:
    """Make the file of a run, from the start; safe to begin again after a worker was lost.

    :raises Conflict: if it has more rows than its format takes.
    """
    run = ReportRun.objects.get(reference=job.arguments["run"])
    if run.file_name:
        return
    progress.tell(0.02, "Reading the records")
    dataset = dataset_of(
        run.report,
        run.parameters,
        at=run.created_at,
        tell=lambda share, stage: progress.tell(0.05 + share * 0.6, stage),
    )
    if run.format == "pdf" and len(dataset.rows) > LONGEST_PDF_ROWS:
        raise Conflict(
            "too_long",
            f"{len(dataset.rows):,} rows are too many for a PDF. XLSX and CSV take them all.",
        )
    stage = f"Writing {run.format.upper()}, {len(dataset.rows):,} rows"
    progress.tell(0.7, stage, rows=len(dataset.rows))
    tenant = Tenant.objects.get(schema_name=connection.schema_name)
    dataset = _signed(dataset, run, programme.in_force(run.created_at).programme.tz)
    content = WRITERS[run.format][0](dataset, tenant)
    progress.tell(0.95, "Storing the file", rows=len(dataset.rows))
    name = default_storage.save(f"reports/{uuid.uuid4()}.{run.format}", ContentFile(content))
    kept = ReportRun.objects.filter(pk=run.pk, file_name="").update(
        file_name=name,
        file_bytes=len(content),
        file_sha256=hashlib.sha256(content).hexdigest(),
        rows=len(dataset.rows),
    )
    if not kept:
        default_storage.delete(name)


def dataset_of(
    code: str,
    parameters: Mapping[str, Any],
    *,
    at: datetime,
    tell: Callable[[float, str], None] = lambda _share, _stage: None,
) -> Dataset:
    """Return what a report says at `at`: the one value from which every format is made.

    :raises NotFound: if there is no such report.
    :raises Refused: naming the parameter that cannot be used.
    """
    report = catalogue.report_of(code)
    rules = programme.in_force(at).programme
    answers = report.answers(parameters, today=at.astimezone(rules.tz).date())
    return report.build(Asking(answers=answers, programme=rules, at=at, tell=tell))


@transaction.atomic
def forget_expired_files(*, at: datetime) -> int:
    """Remove the files of runs past their time; returns how many."""
    gone = 0
    for run in ReportRun.objects.select_for_update(skip_locked=True).filter(
        expires_at__lte=at, file_bytes__isnull=False
    ):
        default_storage.delete(run.file_name)
        run.file_bytes = None
        run.save(update_fields=["file_bytes"])
        gone += 1
    return gone


def _signed(dataset: Dataset, run: ReportRun, zone: ZoneInfo) -> Dataset:
    """Return the dataset with who asked for it, when, and the run's number."""
    return replace(
        dataset,
        made_at=timezone.now().astimezone(zone),
        made_by=run.asked_by_name,
        number=str(run.reference)[:8].upper(),
    )
