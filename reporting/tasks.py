"""Scheduled work of reporting."""

from django.utils import timezone

from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.tenancy.later import tenant_task
from reporting.operations import limits, opening, reports, schedules
from reporting.queries import estimates, live
from reporting.queries import opening as open_figures
from reporting.replay import operations as replays


@tenant_task
def forget_expired_files(**_later: object) -> None:
    """Remove the files of reports past their time, and the rows of old replays."""
    now = timezone.now()
    reports.forget_expired_files(at=now)
    replays.forget_old_rows(at=now)


@tenant_task
def run_schedules(**_later: object) -> None:
    """Run the saved filters whose time has come."""
    schedules.run_due_schedules(at=timezone.now())


@tenant_task
def watch_limits(**_later: object) -> None:
    """Tell once of each figure that came to be beyond its limit."""
    limits.watch_limits(at=timezone.now())


@tenant_task
def estimate(**_later: object) -> None:
    """Work out how full the zones are, where anybody looks at a dashboard or at the free spaces."""
    now = timezone.now()
    if live.is_looked_at(now) or open_figures.are_spaces_asked():
        estimates.keep(now)


@tenant_task
def refresh_open_figures(**_later: object) -> None:
    """Work out the sets of open data, where they are open."""
    opening.refresh_open_figures(at=timezone.now())


def work_replay(job: Job, progress: jobs.Progress) -> None:
    """Do the job of a replay."""
    replays.work_replay(job, progress, clock=timezone.now)
