"""The scheduled work on people."""

from django.utils import timezone

from parkops.accounts import operations
from parkops.tenancy.later import tenant_task


@tenant_task
def forget_unconfirmed(**_later: object) -> None:
    """Remove people who asked for a code and never came in."""
    operations.forget_unconfirmed(at=timezone.now())
