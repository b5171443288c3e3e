"""The API's scheduled work."""

from django.utils import timezone

from parkops.api import operations
from parkops.tenancy.later import tenant_task


@tenant_task
def forget_old_keys(**_later: object) -> None:
    """Remove the idempotency keys of more than a week ago."""
    operations.forget_old_keys(at=timezone.now())
