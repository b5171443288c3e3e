"""A daily schedule of the tests, when it is first due, and how what is due is run."""

from datetime import UTC, datetime, timedelta

import time_machine

from parkops.jobs import operations as jobs
from reporting.models import ReportRun
from reporting.operations import schedules
from reporting.rules.schedules import Every, Rhythm

DAILY = Rhythm(Every.DAY, 7 * 60)
DUE = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
"""The first time after `now` at which a daily schedule is due: 07:00 in New York."""
AFTER = DUE + timedelta(minutes=5)


def run_due(at: datetime = AFTER) -> int:
    """Run what is due and let a worker do it."""
    with time_machine.travel(at, tick=False):
        begun = schedules.run_due_schedules(at=at)
        for run in ReportRun.objects.filter(job__state="queued").order_by("pk"):
            jobs.work(run.job_id)
    return begun
