"""Scheduled work of enforcement."""

from django.utils import timezone

from enforcement.operations import advance, notices
from parkops.tenancy.later import tenant_task


@tenant_task
def advance_citations(**_later: object) -> None:
    """Let open citations follow the calendar and tell owners; a second run changes nothing."""
    now = timezone.now()
    advance.advance_citations(at=now)
    notices.send_boot_notices(at=now)
