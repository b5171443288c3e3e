"""How the platform does: its own work, and each tenant's, by a statement for every hundred tenants."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Count, Min, Q
from django_tenants.utils import schema_context
from psycopg import sql

from parkops.public import health
from parkops.tenancy import hosts
from parkops.tenancy.models import OutboxEntry, Tenant

AT_ONCE = 100

_OF_ONE = """
SELECT {name}, (SELECT count(*) FROM {schema}.jobs_job WHERE state = 'failed'),
       (SELECT count(*) FROM {schema}.jobs_job WHERE state IN ('queued', 'running')),
       (SELECT count(*) FROM {schema}.messaging_message WHERE state = 'failed'),
       (SELECT array_agg(app || '.' || name) FROM {schema}.django_migrations)
"""


@dataclass(frozen=True, slots=True)
class TenantNow:
    """How one tenant does. `behind` is how many migrations it lacks."""

    slug: str
    name: str
    url: str
    status: str
    jobs_failed: int
    jobs_open: int
    messages_failed: int
    work_waiting: int
    work_given_up: int
    behind: int

    @property
    def tone(self) -> str:
        """Bad where work is lost or the tables are old, warn where somebody should look."""
        if self.behind or self.work_given_up:
            return "bad"
        return "warn" if self.jobs_failed or self.messages_failed else ""


@dataclass(frozen=True, slots=True)
class Platform:
    """How the platform does: `checks` are what /readyz asks, each "ok" or what is wrong."""

    checks: dict[str, str]
    oldest_waiting_at: str
    tenants: list[TenantNow]

    @property
    def version(self) -> str:
        """A digest: the same while nothing changed."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def total(self, name: str) -> int:
        """Return the sum of a figure over all tenants."""
        return sum(getattr(one, name) for one in self.tenants)

    @property
    def figures(self) -> list[tuple[str, int, str, str]]:
        """The sums over all tenants: what each is called, how many, in how many tenants, and its tone."""
        named = (
            ("Migrations behind", "behind", "bad"),
            ("Work given up", "work_given_up", "bad"),
            ("Work waiting", "work_waiting", ""),
            ("Failed jobs", "jobs_failed", "warn"),
            ("Messages not delivered", "messages_failed", "warn"),
        )
        found = []
        for label, name, tone in named:
            where = sum(1 for one in self.tenants if getattr(one, name))
            told = f"in {where} of {len(self.tenants)} tenants"
            found.append((label, self.total(name), told, tone if where else ""))
        return found


def platform() -> Platform:
    """Return how the platform does, from the database."""
    with schema_context("public"):
        tenants = list(Tenant.objects.exclude(status=Tenant.Status.PROVISIONING).order_by("slug"))
        outbox: dict[str, Any] = {
            row["schema_name"]: row
            for row in OutboxEntry.objects.values("schema_name")
            .annotate(
                waiting=Count("pk", filter=Q(state=OutboxEntry.State.WAITING)),
                dead=Count("pk", filter=Q(state=OutboxEntry.State.DEAD)),
            )
            .order_by("schema_name")
        }
        oldest = OutboxEntry.objects.filter(state=OutboxEntry.State.WAITING).aggregate(
            at=Min("created_at")
        )["at"]
        found = _of_each([tenant.schema_name for tenant in tenants])
    needed = _needed()
    return Platform(
        checks=health.checks(),
        oldest_waiting_at=oldest.isoformat() if oldest else "",
        tenants=[
            _now(one, found[one.schema_name], outbox.get(one.schema_name, {}), needed)
            for one in tenants
        ],
    )


def _now(
    tenant: Tenant, own: tuple[Any, ...], outbox: dict[str, int], needed: set[str]
) -> TenantNow:
    failed, under_way, unsent, applied = own
    return TenantNow(
        slug=tenant.slug,
        name=tenant.name,
        url=hosts.site_url(tenant),
        status=tenant.get_status_display(),
        jobs_failed=failed,
        jobs_open=under_way,
        messages_failed=unsent,
        work_waiting=outbox.get("waiting", 0),
        work_given_up=outbox.get("dead", 0),
        behind=len(needed - set(applied or ())),
    )


def _of_each(schemas: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return the figures of each tenant's own tables, by its schema."""
    found: dict[str, tuple[Any, ...]] = {}
    for first in range(0, len(schemas), AT_ONCE):
        asked = [
            sql.SQL(_OF_ONE).format(name=sql.Literal(name), schema=sql.Identifier(name))
            for name in schemas[first : first + AT_ONCE]
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(" UNION ALL ").join(asked))
            found |= {row[0]: row[1:] for row in cursor.fetchall()}
    return found


def _needed() -> set[str]:
    """Return every migration that a schema should have, as app.name."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}
