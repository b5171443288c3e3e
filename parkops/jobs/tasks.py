"""The one task that does jobs."""

from parkops.jobs import operations
from parkops.tenancy.later import tenant_task


@tenant_task
def work(*, job: int, **_later: object) -> None:
    """Do a job, or wait while another worker does."""
    operations.work(job)
