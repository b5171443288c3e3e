"""How the platform does: its own work, and each tenant's, by a statement for every hundred tenants."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import schema_context
from psycopg import sql

from parkops.jobs import figures as jobs
from parkops.messaging import figures as messaging
from parkops.public import health
from parkops.tenancy import hosts
from parkops.tenancy.models import Tenant

AT_ONCE = 100

FIGURES = (jobs.FAILED, jobs.OPEN, jobs.GIVEN_UP, messaging.FAILED)

# The figures are kept (`parkops.tallies`), and of what waits only the first is looked up: nothing is counted.
_OF_ONE = """
SELECT {name},
       ARRAY(SELECT coalesce((SELECT sum(n) FROM {schema}.tallies_tally WHERE name = figure.name), 0)::bigint
               FROM unnest({figures}::varchar[]) WITH ORDINALITY AS figure (name, place) ORDER BY place),
       (SELECT min(available_at) FROM public.tenancy_outboxentry
         WHERE schema_name = {name} AND state = 'waiting'),
       (SELECT array_agg(app || '.' || name) FROM {schema}.django_migrations)
"""


@dataclass(frozen=True, slots=True)
class TenantNow:
    """How one tenant does. `late_since` is since when work should have been done (empty: none is late), `behind`
    how many migrations it lacks."""

    slug: str
    name: str
    url: str
    status: str
    jobs_failed: int
    jobs_open: int
    messages_failed: int
    late_since: str
    work_given_up: int
    behind: int

    @property
    def late_at(self) -> datetime | None:
        """The instant of `late_since`."""
        return datetime.fromisoformat(self.late_since) if self.late_since else None

    @property
    def tone(self) -> str:
        """Bad where work is lost or the tables are old, warn where somebody should look."""
        if self.behind or self.work_given_up:
            return "bad"
        return "warn" if self.late_since or self.jobs_failed or self.messages_failed else ""


@dataclass(frozen=True, slots=True)
class Platform:
    """How the platform does: `checks` are what /readyz asks, each "ok" or what is wrong."""

    checks: dict[str, str]
    tenants: list[TenantNow]

    @property
    def version(self) -> str:
        """A digest: the same while nothing changed."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def total(self, name: str) -> int:
        """Return the sum of a figure over all tenants."""
        return sum(int(bool(told) if isinstance(told, str) else told) for told in self._each(name))

    def _each(self, name: str) -> list[Any]:
        return [getattr(one, name) for one in self.tenants]

    @property
    def figures(self) -> list[tuple[str, int, str, str]]:
        """The sums over all tenants: what each is called, how many, in how many tenants, and its tone."""
        named = (
            ("Migrations behind", "behind", "bad"),
            ("Work given up", "work_given_up", "bad"),
            ("Tenants whose work is late", "late_since", "warn"),
            ("Failed jobs", "jobs_failed", "warn"),
            ("Messages not delivered", "messages_failed", "warn"),
        )
        found = []
        for label, name, tone in named:
            where = sum(1 for one in self._each(name) if one)
            told = f"in {where} of {len(self.tenants)} tenants"
            found.append((label, self.total(name), told, tone if where else ""))
        return found


def platform(at: datetime) -> Platform:
    """Return how the platform does at `at`, from the database."""
    with schema_context("public"):
        tenants = list(Tenant.objects.exclude(status=Tenant.Status.PROVISIONING).order_by("slug"))
        found = _of_each([tenant.schema_name for tenant in tenants])
    needed = _needed()
    return Platform(
        checks=health.checks(),
        tenants=[_now(one, found[one.schema_name], needed, at) for one in tenants],
    )


def _now(tenant: Tenant, own: tuple[Any, ...], needed: set[str], at: datetime) -> TenantNow:
    (failed, under_way, given_up, unsent), due_at, applied = own
    is_late = due_at is not None and at - due_at > health.OUTBOX_LATE_AFTER
    return TenantNow(
        slug=tenant.slug,
        name=tenant.name,
        url=hosts.site_url(tenant),
        status=tenant.get_status_display(),
        jobs_failed=failed,
        jobs_open=under_way,
        messages_failed=unsent,
        late_since=due_at.astimezone(UTC).isoformat() if is_late else "",
        work_given_up=given_up,
        behind=len(needed - set(applied or ())),
    )


def _of_each(schemas: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return the figures of each tenant's own tables, by its schema."""
    found: dict[str, tuple[Any, ...]] = {}
    for first in range(0, len(schemas), AT_ONCE):
        asked = [
            sql.SQL(_OF_ONE).format(
                name=sql.Literal(name), schema=sql.Identifier(name), figures=sql.Literal([*FIGURES])
            )
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
