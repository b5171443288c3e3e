"""Reads of jobs, and of the promised work that was given up."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from parkops.jobs.models import Job
from parkops.tenancy.models import OutboxEntry

TONES = {
    Job.State.QUEUED: "info",
    Job.State.RUNNING: "info",
    Job.State.DONE: "good",
    Job.State.FAILED: "bad",
    Job.State.CANCELLED: "",
}


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job, as the list shows."""

    id: int
    kind: str
    state: str
    tone: str
    is_open: bool
    may_retry: bool
    share: int
    stage: str
    rows: int
    attempts: str
    error: str
    asked_by: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A promise that failed too often, with its last reason."""

    id: int
    task: str
    attempts: int
    created_at: datetime
    reason: str


def jobs(*, state: str = "") -> QuerySet[Job]:
    """Return jobs, newest first; those in one state if it is given."""
    rows = Job.objects.filter(state=state) if state else Job.objects.all()
    return rows.order_by("-pk")


def counts() -> dict[str, int]:
    """Return how many jobs are in each state."""
    rows = Job.objects.order_by("state").values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in rows}


def before(job: Job) -> int:
    """Return how many jobs of this tenant wait before a waiting one."""
    since = Coalesce("queued_at", "created_at")
    waiting = Job.objects.filter(state=Job.State.QUEUED).annotate(since=since)
    joined_at = job.queued_at or job.created_at
    sooner = waiting.filter(since__lt=joined_at) | waiting.filter(since=joined_at, pk__lt=job.pk)
    return sooner.count()


def stage_text(job: Job) -> str:
    """Return what a running job is at, with its rows: "Writing rows as CSV, 1,200 of 4,000"."""
    if job.rows_total:
        return f"{job.stage}, {job.rows_done:,} of {job.rows_total:,}"
    return f"{job.stage}, {job.rows_done:,} so far" if job.rows_done else job.stage


def row_of(job: Job) -> JobRow:
    """Return a job as the list shows it."""
    return JobRow(
        id=job.pk,
        kind=job.kind.replace(".", " ").replace("_", " ").capitalize(),
        state=job.get_state_display(),
        tone=TONES[Job.State(job.state)],
        is_open=job.state in (Job.State.QUEUED, Job.State.RUNNING),
        may_retry=job.state in (Job.State.FAILED, Job.State.CANCELLED),
        share=round(job.progress_share * 100),
        stage=job.stage,
        rows=job.rows_done,
        attempts=f"{job.attempts} of {job.max_attempts}",
        error=job.error,
        asked_by=job.asked_by_name,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def given_up(*, limit: int = 50) -> list[GivenUp]:
    """Return what was promised in this tenant and given up, newest first."""
    rows = OutboxEntry.objects.filter(
        schema_name=connection.schema_name, state=OutboxEntry.State.DEAD
    ).order_by("-pk")[:limit]
    return [GivenUp(row.pk, row.task, row.attempts, row.created_at, row.last_error) for row in rows]
