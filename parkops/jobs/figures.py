"""What jobs, and work that was given up, add to the figures that are kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from parkops.jobs.models import Job
from parkops.kernel.tallies import EVER, Steps
from parkops.tallies import operations as tallies
from parkops.tallies.truths import Truth
from parkops.tenancy.models import OutboxEntry

FAILED, OPEN, GIVEN_UP = "jobs_failed", "jobs_open", "work_given_up"
LEVELS = (FAILED, OPEN, GIVEN_UP)

_QUERY = """
SELECT 'jobs_failed', %(ever)s::timestamptz, count(*) FROM jobs_job WHERE state = 'failed'
UNION ALL
SELECT 'jobs_open', %(ever)s::timestamptz, count(*) FROM jobs_job WHERE state IN ('queued', 'running')
UNION ALL
SELECT 'work_given_up', %(ever)s::timestamptz, count(*)
  FROM public.tenancy_outboxentry WHERE schema_name = current_schema() AND state = 'dead'
"""

TRUTH = Truth(LEVELS, (), _QUERY)


def steps(state: str) -> Steps:
    """Return what a job in this state adds."""
    if state == Job.State.FAILED:
        return {(FAILED, EVER): 1}
    return {(OPEN, EVER): 1} if state in (Job.State.QUEUED, Job.State.RUNNING) else {}


def count(job: Job) -> None:
    """Count a job that was just asked for."""
    tallies.add(steps(job.state))


@contextmanager
def tallied(job: Job) -> Iterator[None]:
    """Let the figures follow what the block changes of a locked job, in the database and on `job`."""
    with tallies.following(lambda: steps(job.state)):
        yield
        job.refresh_from_db()


def count_given_up(before: str, after: str) -> None:
    """Let the figures follow a promise of this tenant from one state to another; part of what changes it."""
    dead = OutboxEntry.State.DEAD
    tallies.add({(GIVEN_UP, EVER): n} if (n := (after == dead) - (before == dead)) else {})
