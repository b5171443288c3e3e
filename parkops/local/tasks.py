"""The demonstration's day: one small thing at a time, in its own tenants only."""

from django.db import connection
from django.utils import timezone

from parkops.local.demo import day
from parkops.tenancy.later import tenant_task


@tenant_task
def demonstration_step(**_later: object) -> None:
    """Let something happen, if this tenant is the demonstration's."""
    if connection.tenant.is_demonstration:
        day.step(connection.tenant, at=timezone.now())
