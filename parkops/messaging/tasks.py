"""Delivers messages."""

from django.utils import timezone

from parkops.messaging import operations
from parkops.messaging.texts import operations as texts
from parkops.tenancy.later import tenant_task


@tenant_task
def deliver(*, message: int, **_later: object) -> None:
    """Send a message; a second run sends nothing."""
    operations.deliver(message, at=timezone.now())


@tenant_task
def deliver_text(*, text: int, **_later: object) -> None:
    """Send a text; a second run sends nothing."""
    texts.deliver(text, at=timezone.now())
