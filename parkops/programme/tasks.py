"""Scheduled work of the programme."""

from django.utils import timezone

from parkops.programme import operations
from parkops.programme.models import Version
from parkops.tenancy.later import tenant_task


@tenant_task
def refresh_tenant(**_later: object) -> None:
    """Follow a version that came into force since the last time."""
    if Version.objects.exists():
        operations.refresh_tenant(at=timezone.now())
