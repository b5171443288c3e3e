"""Scheduled work of the figures."""

from django.utils import timezone

from parkops.tallies import operations
from parkops.tenancy.later import tenant_task


@tenant_task
def add_up(**_later: object) -> None:
    """Make one row of those that are added up anyway."""
    operations.add_up(at=timezone.now())


@tenant_task
def check(**_later: object) -> None:
    """Count all figures from their rows, and mend those that drifted."""
    operations.check(at=timezone.now())
