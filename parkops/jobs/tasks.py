"""The one task that does jobs."""

from datetime import timedelta

from parkops.jobs import operations
from parkops.tenancy.later import tenant_task


# A worker may die between taking the task and taking the job; from then on the job renews it.
@tenant_task(lease=timedelta(seconds=60))
def work(*, job: int, **_later: object) -> None:
    """Do a job, or wait while another worker does."""
    operations.work(job)
