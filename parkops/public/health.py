"""Whether this process can serve, and whether the work behind it goes on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import redis
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tenants.utils import schema_context

from parkops.tenancy.models import OutboxEntry, Rhythm
from parkops.ui.access import public

BEAT_SILENT_AFTER = timedelta(minutes=3)
OUTBOX_LATE_AFTER = timedelta(minutes=5)

# Migrations that were applied once stay so while this process runs.
_migrated: set[str] = set()


@public
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if requests can be served, 503 otherwise; a late worker or beat is told, not fatal."""
    told = checks()
    ready = all(told[name] == "ok" for name in NEEDED)
    well = all(answer == "ok" for answer in told.values())
    status = ("ready" if well else "ready, work is late") if ready else "not ready"
    return JsonResponse({"status": status, "checks": told}, status=200 if ready else 503)


def checks() -> dict[str, str]:
    """Return what each check says, "ok" or what is wrong; the work behind only where requests are served."""
    needed = {name: _tried(check) for name, check in NEEDED.items()}
    ready = all(told == "ok" for told in needed.values())
    return {**needed, **({name: _tried(check) for name, check in WATCHED.items()} if ready else {})}


def _tried(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError) as error:
        return f"away: {type(error).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "ok" if cursor.fetchone() == (1,) else "strange answer"


def _cache() -> str:
    store = caches["global"]
    store.set("health", "ok", timeout=10)
    return "ok" if store.get("health") == "ok" else "what was written cannot be read"


def _migrations() -> str:
    schema = connection.schema_name
    if schema not in _migrated:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            return f"{len(plan)} to apply, run manage.py migrate_schemas"
        _migrated.add(schema)
    return "ok"


def _outbox() -> str:
    with schema_context("public"):
        waiting: dict[str, Any] = OutboxEntry.objects.filter(
            state=OutboxEntry.State.WAITING
        ).aggregate(oldest=Min("available_at"))
    oldest = waiting["oldest"]
    late = oldest is not None and timezone.now() - oldest > OUTBOX_LATE_AFTER
    return f"work waits since {oldest:%Y-%m-%d %H:%M} UTC" if late else "ok"


def _beat() -> str:
    with schema_context("public"):
        last = Rhythm.objects.aggregate(last=Max("begun_at"))["last"]
    if last is None:
        return "has not begun"
    silent = timezone.now() - last > BEAT_SILENT_AFTER
    return f"silent since {last:%Y-%m-%d %H:%M} UTC" if silent else "ok"


NEEDED = {"database": _database, "cache": _cache, "migrations": _migrations}
WATCHED = {"outbox": _outbox, "beat": _beat}
