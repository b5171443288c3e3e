"""The platform's own tasks: the relay of the outbox and the fan-out of scheduled work."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.utils import timezone

from parkops.kernel.dates import last_time
from parkops.tenancy.later import LEASE, UNSENT_AFTER, public_task, publish
from parkops.tenancy.models import OutboxEntry, Rhythm, Tenant

BATCH = 500
A_DAY = timedelta(days=1)
NIGHT_ENDS = 3 * 60
"""The minute of the day at which what is done each night begins."""
MOST_SPREAD = timedelta(hours=1)
"""Over so long the work of many tenants of one zone is spread at most."""


@public_task
def relay_outbox(**_later: object) -> None:
    """Send again what was promised and has not run: unsent, lost with a worker, or put off."""
    now = timezone.now()
    with transaction.atomic():
        due = list(
            OutboxEntry.objects.select_for_update(skip_locked=True)
            .filter(state=OutboxEntry.State.WAITING, available_at__lte=now)
            .order_by("available_at", "pk")[:BATCH]
        )
        OutboxEntry.objects.filter(pk__in=[entry.pk for entry in due]).update(
            available_at=now + UNSENT_AFTER
        )
    for entry in due:
        publish(entry)


@public_task
def fan_out(*, task: str, every: float, demonstration_only: bool = False, **_later: object) -> None:
    """Send `task` to each active tenant, unless another beat has done so within most of `every` s."""
    now = timezone.now()
    Rhythm.objects.get_or_create(task=task, defaults={"begun_at": now - LEASE})
    ours = Rhythm.objects.filter(
        task=task, begun_at__lte=now - timedelta(seconds=every * 0.5)
    ).update(begun_at=now)
    if not ours:
        return
    schemas = Tenant.objects.filter(status=Tenant.Status.ACTIVE).order_by("pk")
    if demonstration_only:
        schemas = schemas.filter(is_demonstration=True)
    for place, schema in enumerate(schemas.values_list("schema_name", flat=True)):
        current_app.send_task(
            task,
            kwargs={"schema": schema},
            countdown=min(place * 0.02, every / 4),
            expires=every * 4,
        )


@public_task
def fan_out_nightly(*, task: str, **_later: object) -> None:
    """Send `task` to each active tenant whose clocks have passed three at night since beat looked last.

    A beat that was away for longer makes up for one night. At three no clock is put forward or back.
    """
    now = timezone.now()
    Rhythm.objects.get_or_create(task=task, defaults={"begun_at": now - A_DAY})
    with transaction.atomic():
        looked_at = Rhythm.objects.select_for_update().get(task=task).begun_at
        since = max(looked_at, now - A_DAY)
        active = Tenant.objects.filter(status=Tenant.Status.ACTIVE).order_by("pk")
        due = [
            schema
            for schema, zone in active.values_list("schema_name", "timezone")
            if since < last_time(NIGHT_ENDS, ZoneInfo(zone), now)
        ]
        for place, schema in enumerate(due):
            current_app.send_task(
                task,
                kwargs={"schema": schema},
                countdown=min(place * 0.5, MOST_SPREAD.total_seconds()),
                expires=A_DAY.total_seconds(),
            )
        # Only once all are sent: a queue that is away costs nobody their night.
        Rhythm.objects.filter(task=task).update(begun_at=max(now, looked_at))
