"""Scheduled work of enforcement."""

from django.utils import timezone

from enforcement.operations import advance
from parkops.tenancy.later import tenant_task


@tenant_task
def advance_citations(**_later: object) -> None:
    """Bring stages and charges of open citations up to date; a second run changes nothing."""
    advance.advance_citations(at=timezone.now())
