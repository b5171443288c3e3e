"""Delivers messages."""

from django.utils import timezone

from parkops.messaging import operations
from parkops.tenancy.later import tenant_task


@tenant_task
def deliver(*, message: int, **_later: object) -> None:
    """Send a message; a second run sends nothing."""
    operations.deliver(message, at=timezone.now())
