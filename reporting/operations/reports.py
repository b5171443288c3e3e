"""What can be done with reports: ask for one, make it, cancel it, let its file go."""

import hashlib
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.files.base import File
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
from reporting.catalogue.base import Asking, Report, Told
from reporting.datasets import Block, Dataset, Proof
from reporting.exports import WRITERS, delimited
from reporting.exports.far import Begun
from reporting.models import ReportRun, ScheduledRun
from reporting.operations import delivery
from reporting.queries import proofs, runs
from reporting.queries.asking import dated_of

JOB = "report"
KEPT = timedelta(days=7)
LONGEST_PDF_ROWS = 25_000  # some six hundred pages, drawn in ten seconds
LONGEST_XLSX_ROWS = 1_048_574  # what a sheet holds besides heads and totals


@transaction.atomic
def ask_report(
    code: str,
    parameters: dict[str, Any],
    *,
    file_format: str,
    wants_mail: bool = False,
    seen_at: datetime | None = None,
    scheduled: ScheduledRun | None = None,
    by: Actor,
    at: datetime,
) -> ReportRun:
    """Queue a report; its answers are checked now, its rows are read by a worker.

    Who `wants_mail` is written to when it is made, or when it cannot be. A period that moves is that of
    the day of `seen_at`, of today if it is left out.

    :raises Refused: if there is no such report, or a parameter or the format cannot be used.
    """
    if catalogue.find(code) is None:
        raise Refused(
            "unknown_report",
            f"There is no report {code}. There are {', '.join(catalogue.REPORTS)}.",
            field="report",
        )
    report = catalogue.report_of(code)
    require_format(file_format)
    parameters = dated_of(report, parameters, at=seen_at or at)
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
        scheduled=scheduled,
        wants_mail=wants_mail and by.kind == "staff",
        created_at=at,
        expires_at=at + KEPT,
    )
    audit.record("report.asked", subject=("report", str(reference)), actor=by, at=at, report=code)
    return run


def require_format(file_format: str) -> None:
    """Do nothing if reports are written in this format.

    :raises Refused: otherwise.
    """
    if file_format not in WRITERS:
        raise Refused(
            "unknown_format",
            f"{file_format} is not a format. There are {', '.join(WRITERS)}.",
            field="format",
        )


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
    if run.scheduled_id is not None:
        delivery.settle(run.scheduled_id, at=at)
    return run


@transaction.atomic
def retry_report(reference: uuid.UUID, *, by: Actor, at: datetime) -> ReportRun:
    """Queue a report that failed again; its file is kept from now on."""
    run = ReportRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such report run.")
    jobs.retry(run.job_id, by=by, at=at)
    run.expires_at = at + KEPT
    run.save(update_fields=["expires_at"])
    return run


@transaction.atomic
def take_file(reference: uuid.UUID, *, by: Actor, at: datetime) -> tuple[str, str, str]:
    """Give somebody the file of a run, as `runs.file_of` does, and record that they took it.

    :raises NotFound: if there is no such run.
    :raises Conflict: while it is not made, and when it is gone.
    """
    run = runs.run_of(reference)
    found = runs.file_of(run, at=at)
    audit.record(
        "report.taken",
        subject=("report", str(reference)),
        actor=by,
        at=at,
        report=run.report,
        format=run.format,
    )
    return found


def make_report(job: Job, progress: jobs.Progress) -> None:
    """Make the file of a run, from the start; safe to begin again after a worker was lost.

    :raises Conflict: if it has more rows than its format takes.
    """
    run = ReportRun.objects.get(reference=job.arguments["run"])
    if run.file_name:
        return
    for lost in range(1, job.attempts):
        default_storage.delete(_file_name(run, lost))
    progress.begin("Reading the records")
    with tempfile.TemporaryFile() as store:
        report = catalogue.report_of(run.report)
        if run.format == "csv" and report.blocks is not None:
            made = _write_blocks(store, report, run, progress)
        else:
            made = _write_dataset(store, run, progress)
        length = store.tell()
        progress.begin(f"Storing {length:,} bytes")
        store.seek(0)
        sha256 = hashlib.file_digest(store, "sha256").hexdigest()
        name = default_storage.save(_file_name(run, job.attempts), File(store))
    kept = ReportRun.objects.filter(pk=run.pk, file_name="").update(
        file_name=name,
        file_bytes=length,
        file_sha256=sha256,
        rows=made.rows,
        made_at=run.made_at or timezone.now(),
        digest=made.digest,
        totals_digest=made.totals_digest,
    )
    if not kept:
        default_storage.delete(name)


def _file_name(run: ReportRun, attempt: int) -> str:
    """Return under which name an attempt keeps its file: nobody guesses it, and the next one knows it."""
    return f"reports/{run.reference}-{attempt}.{run.format}"


def _write_blocks(
    store: IO[bytes], report: Report, run: ReportRun, progress: jobs.Progress
) -> delimited.Written:
    """Write CSV as the database gives its rows: never more than a few hundred are held."""
    progress.begin("Writing rows as CSV")
    return delimited.write_blocks(
        store,
        report.columns,
        blocks_of(report.code, run.parameters, at=run.created_at),
        currency=programme.in_force(run.created_at).programme.currency,
        tell=progress.count,
    )


def _write_dataset(store: IO[bytes], run: ReportRun, progress: jobs.Progress) -> delimited.Written:
    """Write a dataset, whole, in the format of the run.

    :raises Conflict: if it has more rows than its format takes.
    """
    dataset = dataset_of(
        run.report,
        run.parameters,
        at=run.created_at,
        tell=lambda _share, stage: progress.begin(stage),
    )
    count = len(dataset.rows)
    if run.format == "pdf" and count > LONGEST_PDF_ROWS:
        raise Conflict(
            "too_long",
            f"{count:,} rows are too many for a PDF. XLSX takes {LONGEST_XLSX_ROWS:,}, CSV all.",
        )
    if run.format == "xlsx" and count > LONGEST_XLSX_ROWS:
        raise Conflict("too_long", f"{count:,} rows are too many for a sheet. CSV takes them all.")
    tenant = Tenant.objects.get(schema_name=connection.schema_name)
    run.made_at = timezone.now()
    made = delimited.digests(dataset)
    zone = programme.in_force(run.created_at).programme.tz
    write, _ = WRITERS[run.format]
    store.write(write(_signed(dataset, run, made, zone), tenant, _heard_by(progress)))
    return made


def _heard_by(progress: jobs.Progress) -> Begun:
    def begun(stage: str, total: int) -> Callable[[int], None]:
        progress.begin(stage, total=total or None)
        return progress.count

    return begun


def dataset_of(
    code: str,
    parameters: Mapping[str, Any],
    *,
    at: datetime,
    tell: Told = lambda _share, _stage: None,
) -> Dataset:
    """Return what a report says at `at`: the one value from which every format is made.

    :raises NotFound: if there is no such report.
    :raises Refused: naming the parameter that cannot be used.
    """
    report = catalogue.report_of(code)
    return report.build(_asking(report, parameters, at, tell))


def blocks_of(code: str, parameters: Mapping[str, Any], *, at: datetime) -> Iterator[Block]:
    """Yield the rows of a report in blocks, however many there are.

    :raises Conflict: if it is not made of one statement.
    """
    report = catalogue.report_of(code)
    if report.blocks is None:
        raise Conflict("not_by_rows", f"{report.name} is made whole, not row by row.")
    yield from report.blocks(_asking(report, parameters, at, lambda _share, _stage: None))


def _asking(report: Report, parameters: Mapping[str, Any], at: datetime, tell: Told) -> Asking:
    rules = programme.in_force(at).programme
    answers = report.answers(parameters, today=at.astimezone(rules.tz).date())
    return Asking(answers=answers, programme=rules, at=at, tell=tell)


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


def _signed(dataset: Dataset, run: ReportRun, made: delimited.Written, zone: ZoneInfo) -> Dataset:
    """Return the dataset with who asked for it, when, the run's number, and how all that is verified."""
    return replace(
        dataset,
        made_at=(run.made_at or timezone.now()).astimezone(zone),
        made_by=run.asked_by_name,
        number=run.number,
        proof=Proof(proofs.address_of(run), made.digest, made.totals_digest),
    )
