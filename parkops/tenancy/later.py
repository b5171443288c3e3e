"""Work promised in a transaction and done after it, once, in the tenant that promised it.

The promise is a row of the outbox, written in the same transaction; the broker only makes it quick. Each
delivery carries the row's turn, so a message delivered twice runs once; a killed worker's turn comes
again when its lease is over; a task that keeps failing is given up, with its reason, for a person to see.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any

from celery import current_app, shared_task
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tenants.utils import schema_context, tenant_context
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from parkops.kernel.decisions import Refused
from parkops.tenancy.models import OutboxEntry, Tenant

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=16)  # longer than CELERY_TASK_TIME_LIMIT
UNSENT_AFTER = timedelta(seconds=20)
CLOSED_LOOK_AGAIN = timedelta(minutes=10)
MAX_ATTEMPTS = 6

GivenUp = Callable[[str, str], None]
_given_up: list[GivenUp] = []


class TenantMissing(Exception):
    """A task named no tenant, or one that is not there: it must not run at all."""


class NotYet(Exception):
    """The work is in other hands; look again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def register_given_up(count: GivenUp) -> None:
    """Call `count(before, after)` inside the tenant, in the transaction that gives up what it was promised: from
    which state to which."""
    if count not in _given_up:
        _given_up.append(count)


def later(task: str, **arguments: Any) -> None:
    """Promise `task` ("app.name") with `arguments` (JSON) for this tenant, once the transaction commits.

    :raises TenantMissing: in the public schema, where tenant tasks have no meaning.
    """
    schema = connection.schema_name
    if schema == "public":
        raise TenantMissing(f"{task} was promised outside a tenant")
    now = timezone.now()
    entry = OutboxEntry.objects.create(
        schema_name=schema,
        task=task,
        arguments=arguments,
        created_at=now,
        available_at=now + UNSENT_AFTER,
    )
    transaction.on_commit(lambda: publish(entry), robust=True)


def publish(entry: OutboxEntry) -> None:
    """Hand `entry` to the broker; if it is away the relay tries again."""
    try:
        current_app.send_task(
            entry.task,
            kwargs={
                **entry.arguments,
                "schema": entry.schema_name,
                "entry": entry.pk,
                "turn": entry.attempts,
            },
            retry=False,
        )
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The queue is away, %s waits: %s", entry, error)


def hand_over(task: str, *, seconds: int = 0, **arguments: Any) -> bool:
    """Give `task` with `arguments` (JSON) to the broker for this tenant, after `seconds`, past the outbox:
    for what has to be kept when the database cannot be written. False if the broker is away too.
    """
    try:
        current_app.send_task(
            task,
            kwargs={**arguments, "schema": connection.schema_name},
            countdown=seconds,
            retry=False,
        )
    except (OperationalError, RedisError, OSError) as error:
        logger.error("The queue is away, %s is lost: %s", task, error)
        return False
    return True


def tenant_task(function: Callable[..., None] | None = None, *, lease: timedelta = LEASE) -> Any:
    """Register `app.tasks.f` as the task "app.f", run inside the tenant that the message names.

    The body gets the promised arguments; it must be safe to run twice. Without a tenant it does not run.
    A worker that dies keeps its turn for `lease`; a body that renews it may ask for a short one.
    """
    if function is None:
        return partial(tenant_task, lease=lease)
    module = function.__module__.removesuffix(".tasks").removeprefix("parkops.")
    name = f"{module}.{function.__name__}"

    @shared_task(name=name, acks_late=True)
    @wraps(function)
    def run(*, schema: str = "", entry: int | None = None, turn: int = 0, **arguments: Any) -> None:
        try:
            tenant = active_tenant(schema)
        except TenantMissing as missing:
            _shelve(entry, schema, missing)
            raise
        promise = {"pk": entry, "schema_name": schema, "task": name, "arguments": arguments}
        if entry is not None and not _take_turn(promise, turn, lease):
            return
        try:
            with tenant_context(tenant):
                function(**arguments)
        except NotYet as wait:
            _put_off(entry, wait.seconds)
        except Refused as refusal:
            logger.info("%s: %s", function.__name__, refusal)
            _done(tenant, entry)
        except Exception as error:
            _failed(tenant, entry, error)
            raise
        else:
            _done(tenant, entry)

    return run


def public_task(function: Callable[..., None]) -> Any:
    """Register a task of the platform itself, which runs in the public schema and names no tenant."""
    module = function.__module__.removesuffix(".tasks").removeprefix("parkops.")

    @shared_task(name=f"{module}.{function.__name__}", acks_late=True)
    @wraps(function)
    def run(**arguments: Any) -> None:
        with schema_context("public"):
            function(**arguments)

    return run


def active_tenant(schema: str) -> Tenant:
    """Return the active tenant of `schema`.

    :raises TenantMissing: if it is empty, public, unknown or not active.
    """
    with schema_context("public"):
        tenant = Tenant.objects.filter(schema_name=schema, status=Tenant.Status.ACTIVE).first()
    if tenant is None or schema == "public":
        raise TenantMissing(f"no active tenant for a task of {schema or 'no tenant'}")
    return tenant


def _take_turn(promise: dict[str, Any], turn: int, lease: timedelta) -> bool:
    """Claim this delivery of `promise` (fields of its row); False if another has it or the work is done.

    After a restore of the database the queue still holds messages whose rows are gone, and their numbers are
    given anew to other promises: a message takes only the turn of the very promise that it carries.
    """
    with schema_context("public"):
        taken = OutboxEntry.objects.filter(
            **promise, attempts=turn, state=OutboxEntry.State.WAITING
        ).update(attempts=F("attempts") + 1, available_at=timezone.now() + lease)
    return taken == 1


def _shelve(entry: int | None, schema: str, missing: TenantMissing) -> None:
    """Keep a promise for a tenant that is closed, not for one that is gone."""
    if entry is None:
        return
    with schema_context("public"):
        row = OutboxEntry.objects.filter(pk=entry)
        if Tenant.objects.filter(schema_name=schema).exists():
            row.update(available_at=timezone.now() + CLOSED_LOOK_AGAIN)
        else:
            row.update(state=OutboxEntry.State.DEAD, last_error=str(missing))


def _put_off(entry: int | None, seconds: int) -> None:
    if entry is None:
        return
    with schema_context("public"):
        OutboxEntry.objects.filter(pk=entry).update(
            attempts=F("attempts") - 1, available_at=timezone.now() + timedelta(seconds=seconds)
        )


@transaction.atomic
def _done(tenant: Tenant, entry: int | None) -> None:
    if entry is None:
        return
    with schema_context("public"):
        row = OutboxEntry.objects.filter(pk=entry)
        waited, _ = row.filter(state=OutboxEntry.State.WAITING).delete()
        given_up = 0 if waited else row.delete()[0]
    if given_up:
        _told(tenant, OutboxEntry.State.DEAD, "")


@transaction.atomic
def _failed(tenant: Tenant, entry: int | None, error: Exception) -> None:
    if entry is None:
        return
    with schema_context("public"):
        row = OutboxEntry.objects.select_for_update().filter(pk=entry).first()
        if row is None:
            return
        before = row.state
        row.state = (
            OutboxEntry.State.DEAD if row.attempts >= MAX_ATTEMPTS else OutboxEntry.State.WAITING
        )
        row.available_at = timezone.now() + timedelta(seconds=10 * 2**row.attempts)
        row.last_error = f"{type(error).__name__}: {error}"[:2_000]
        row.save(update_fields=["state", "available_at", "last_error"])
    _told(tenant, before, row.state)


def _told(tenant: Tenant, before: str, after: str) -> None:
    with tenant_context(tenant):
        for count in _given_up:
            count(before, after)


def extend_lease(seconds: int, **arguments: Any) -> None:
    """Let the relay look again after `seconds`, for the entries of this tenant with these arguments.

    A long job says this with its heartbeat, so that its promise comes again soon after it dies.
    """
    schema = connection.schema_name
    with schema_context("public"):
        OutboxEntry.objects.filter(schema_name=schema, arguments__contains=arguments).update(
            available_at=timezone.now() + timedelta(seconds=seconds)
        )
