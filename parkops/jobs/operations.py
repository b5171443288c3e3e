"""What can be done with a job: ask for it, work on it, cancel it, try it again."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tenants.utils import schema_context

from parkops.audit import operations as audit
from parkops.jobs import figures
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.tenancy.later import NotYet, extend_lease, later
from parkops.tenancy.models import OutboxEntry

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)
LOOK_AGAIN_SECONDS = 20
HEARTBEAT_SECONDS = 10
MORE_ATTEMPTS = 3

Work = Callable[[Job, "Progress"], None]
Over = Callable[[Job], None]
_kinds: dict[str, Work] = {}
_over: dict[str, Over] = {}


class Cancelled(Exception):
    """Somebody cancelled the job while it ran."""


class LeaseLost(Exception):
    """Another worker holds the job now; this one must stop without a trace."""


def register(kind: str, work: Work, *, over: Over | None = None) -> None:
    """Let jobs of `kind` be done by `work(job, progress)`, which must be safe to start again.

    `over(job)` is called in the transaction that says that a job is done or has failed for good.
    """
    if _kinds.get(kind, work) is not work:
        raise ValueError(f"{kind} is already done by something else")
    _kinds[kind] = work
    if over is not None:
        _over[kind] = over


@transaction.atomic
def ask(kind: str, arguments: dict[str, Any], *, by: Actor, at: datetime) -> Job:
    """Queue a job of `kind`; a worker takes it once the transaction commits."""
    if kind not in _kinds:
        raise ValueError(f"nobody does {kind}")
    job = Job.objects.create(
        kind=kind,
        arguments=arguments,
        created_at=at,
        queued_at=at,
        asked_by_ref=by.ref,
        asked_by_name=by.name,
    )
    figures.count(job)
    later("jobs.work", job=job.pk)
    return job


@transaction.atomic
def cancel(job_id: int, *, by: Actor, at: datetime) -> Job:
    """Cancel a job that is not finished; a running one stops at its next heartbeat."""
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.")
    if job.state in (Job.State.QUEUED, Job.State.RUNNING):
        with figures.tallied(job):
            Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED, finished_at=at)
        audit.record("job.cancelled", subject=("job", str(job.reference)), actor=by, at=at)
    return job


@transaction.atomic
def retry(job_id: int, *, by: Actor, at: datetime) -> Job:
    """Queue a failed or cancelled job again, with as many more attempts as at first.

    Attempts are never counted anew: their number tells a worker that was lost from the one that follows.

    :raises Conflict: if it is waiting, running or done.
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.")
    if job.state not in (Job.State.FAILED, Job.State.CANCELLED):
        raise Conflict("job_not_failed", f"The job is {job.get_state_display().lower()}.")
    with figures.tallied(job):
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.QUEUED,
            max_attempts=F("attempts") + MORE_ATTEMPTS,
            error="",
            progress_share=0,
            stage="",
            rows_done=0,
            rows_total=None,
            queued_at=at,
            finished_at=None,
        )
    audit.record("job.retried", subject=("job", str(job.reference)), actor=by, at=at)
    later("jobs.work", job=job.pk)
    return job


@transaction.atomic
def retry_given_up(entry_id: int, *, by: Actor, at: datetime) -> None:
    """Promise again, with fresh attempts, what was given up in this tenant.

    :raises NotFound: if nothing of this tenant was given up under this id.
    """
    revived = OutboxEntry.objects.filter(
        pk=entry_id, schema_name=connection.schema_name, state=OutboxEntry.State.DEAD
    ).update(state=OutboxEntry.State.WAITING, attempts=0, available_at=at)
    if not revived:
        raise NotFound("There is no such work.")
    figures.count_given_up(OutboxEntry.State.DEAD, OutboxEntry.State.WAITING)
    audit.record("work.retried", subject=("work", str(entry_id)), actor=by, at=at)


def work(job_id: int) -> None:
    """Take the job and do it; a job that is finished or unknown is left alone.

    :raises NotYet: if another worker holds it.
    """
    job = _claim(job_id)
    if job is None:
        return
    progress = Progress(job)
    try:
        with _Heartbeat(job):
            _kinds[job.kind](job, progress)
    except (Cancelled, LeaseLost) as stop:
        logger.info("%s stopped: %s", job, type(stop).__name__)
    except Refused as refusal:
        logger.info("%s refused: %s", job, refusal)
        _give_up(job, str(refusal))
    except Exception as error:
        if not _ours(job).exists():
            logger.info("%s stopped in the middle of a statement", job)
            return
        logger.exception("%s failed", job)
        _settle_failure(job, error)
    else:
        _end(_ours(job), state=Job.State.DONE, progress_share=1, lease_until=None)


class _Heartbeat:
    """Renews the lease from a thread of its own while the work is at something that tells nothing,
    such as one long query or the layout of a PDF. It dies with the worker, and then the lease ends.

    Once the job is cancelled, the statement that it is in is ended: nobody waits for its answer."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._schema = connection.schema_name
        self._worked_on = connection.connection
        self._over = Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat of {job}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(HEARTBEAT_SECONDS):
                with schema_context(self._schema):
                    if not _ours(self._job).update(lease_until=timezone.now() + LEASE):
                        with suppress(psycopg.Error):
                            self._worked_on.cancel_safe(timeout=5)
                        return
                    extend_lease(LOOK_AGAIN_SECONDS, job=self._job.pk)
        except DatabaseError:
            logger.exception("%s has lost its heartbeat", self._job)
        finally:
            connection.close()


class Progress:
    """What a job tells while it runs; telling it renews the lease."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told_at = timezone.now()
        self._total: int | None = None

    def begin(self, stage: str, *, total: int | None = None) -> None:
        """Say which stage begins, and of how many rows it is, if that is known; written at once.

        :raises Cancelled: if somebody cancelled the job.
        :raises LeaseLost: if the lease ran out and another worker has it.
        """
        self._total = total
        self._write(progress_share=0.0, stage=stage, rows_done=0, rows_total=total)

    def count(self, done: int) -> None:
        """Say how many rows of the stage are done; written at most twice a second.

        :raises Cancelled: if somebody cancelled the job.
        :raises LeaseLost: if the lease ran out and another worker has it.
        """
        self.tell(done / self._total if self._total else 0.0, rows=done)

    def tell(self, share: float, stage: str = "", *, rows: int | None = None) -> None:
        """Say how far the work is, 0 to 1; written at most twice a second.

        :raises Cancelled: if somebody cancelled the job.
        :raises LeaseLost: if the lease ran out and another worker has it.
        """
        now = timezone.now()
        if now - self._told_at < timedelta(milliseconds=500) and share < 1:
            return
        told: dict[str, Any] = {"progress_share": min(max(share, 0.0), 1.0)}
        if stage:
            told["stage"] = stage
        if rows is not None:
            told["rows_done"] = rows
        self._write(**told)

    def _write(self, **told: Any) -> None:
        self._told_at = now = timezone.now()
        kept = _ours(self.job).update(lease_until=now + LEASE, **told)
        if not kept:
            state = Job.objects.values_list("state", flat=True).get(pk=self.job.pk)
            raise Cancelled if state == Job.State.CANCELLED else LeaseLost
        extend_lease(LOOK_AGAIN_SECONDS, job=self.job.pk)


def _claim(job_id: int) -> Job | None:
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    taken = (Job.objects.filter(free, pk=job_id, attempts__lt=F("max_attempts"))).update(
        state=Job.State.RUNNING, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    job = Job.objects.filter(pk=job_id).first()
    if taken:
        extend_lease(LOOK_AGAIN_SECONDS, job=job_id)
        return job
    if job is not None and job.state == Job.State.RUNNING:
        if job.lease_until and job.lease_until > now:
            raise NotYet(LOOK_AGAIN_SECONDS)
        told = f"The worker was lost {job.attempts} times."
        _end(_ours(job), state=Job.State.FAILED, error=told, lease_until=None)
    return None


def _settle_failure(job: Job, error: Exception) -> None:
    """Queue the job again, or give it up with its reason when its attempts are used."""
    told = f"{type(error).__name__}: {error}"
    if job.attempts >= job.max_attempts:
        _give_up(job, told)
        return
    kept = _ours(job).update(
        state=Job.State.QUEUED, error=told[:2_000], lease_until=None, queued_at=timezone.now()
    )
    if kept:
        raise NotYet(5 * 2**job.attempts) from error


def _give_up(job: Job, reason: str) -> None:
    _end(_ours(job), state=Job.State.FAILED, error=reason[:2_000], lease_until=None)


@transaction.atomic
def _end(jobs: QuerySet[Job], **told: Any) -> None:
    """Say that the job is over, and do with it what its kind asks for; nothing if it is not ours any more."""
    job = jobs.select_for_update().first()
    if job is None:
        return
    with figures.tallied(job):
        jobs.update(finished_at=timezone.now(), **told)
    if job.kind in _over:
        _over[job.kind](job)


def _ours(job: Job) -> QuerySet[Job]:
    """The job while this attempt holds it: not once it is cancelled or another worker has it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
