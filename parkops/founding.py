"""How a tenant comes to be: its schema, its programme and its administrator, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.db import connection, transaction
from django_tenants.utils import schema_context, tenant_context

from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Role
from parkops.programme import operations as programme
from parkops.programme.load import Loaded
from parkops.tenancy import hosts
from parkops.tenancy import operations as tenancy
from parkops.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class Founded:
    """A new tenant: where it is, and where its administrator sets a password, once."""

    tenant: Tenant
    site_url: str
    welcome_url: str


def found_tenant(
    *,
    slug: str,
    name: str,
    loaded: Loaded,
    admin_email: str,
    at: datetime,
    is_demonstration: bool = False,
) -> Founded:
    """Create a tenant with the programme `loaded` in force and one administrator.

    All or nothing: what fails half-way is removed again, and so is what a killed run left behind.

    :raises Refused: if the slug cannot be a host name.
    :raises Conflict: if the slug is taken, or somebody is creating it right now.
    """
    with _alone_with(slug):
        _remove_unfinished(slug)
        tenant = tenancy.create_tenant(
            slug=slug, name=name, at=at, is_demonstration=is_demonstration
        )
        try:
            with tenant_context(tenant), transaction.atomic():
                programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=at)
                admin = accounts.invite_staff(
                    email=admin_email, roles=[Role.ADMINISTRATOR], by=SYSTEM, at=at, tell=False
                )
                welcome_url = accounts.welcome_link(admin)
            with schema_context("public"):
                tenant.refresh_from_db()  # the programme wrote its time zone and currency there
            tenancy.open_tenant(tenant)
        except BaseException:
            tenancy.drop_tenant(tenant)
            raise
    return Founded(tenant, hosts.site_url(tenant), welcome_url)


@contextmanager
def _alone_with(slug: str) -> Iterator[None]:
    """Hold the slug in a session of its own: migrations close ours, and a killed one lets go."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**{**parameters, "autocommit": True}) as session:
        key = f"found:{slug}"
        row = session.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]
        ).fetchone()
        if row is None or not row[0]:
            raise Conflict("slug_taken", f"Somebody is creating {slug} right now.", field="slug")
        yield


def _remove_unfinished(slug: str) -> None:
    with schema_context("public"):
        left = Tenant.objects.filter(slug=slug, status=Tenant.Status.PROVISIONING).first()
    if left is not None:
        tenancy.drop_tenant(left)
