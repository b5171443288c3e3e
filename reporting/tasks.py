"""Scheduled work of reporting."""

from django.utils import timezone

from parkops.tenancy.later import tenant_task
from reporting import operations


@tenant_task
def forget_expired_files(**_later: object) -> None:
    """Remove the files of reports past their time."""
    operations.forget_expired_files(at=timezone.now())
