"""Tenants as copies of one, a second each: its schema dumped once, and read in under other names."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tenants.utils import schema_context
from psycopg.conninfo import make_conninfo


class Mold:
    """A tenant that others are copied from, as it stands now."""

    def __init__(self, tenant: Any) -> None:
        self.tenant = tenant
        self._text = _run(
            "pg_dump", f"--schema={tenant.schema_name}", "--no-owner", "--no-privileges"
        ).stdout

    @contextmanager
    def copy(self, name: str) -> Iterator[Any]:
        """Make a tenant that holds the same, and remove it whatever happens."""
        from parkops.tenancy import operations as tenancy

        made = self._row(name)
        try:
            text = self._text.replace(self.tenant.schema_name, made.schema_name)
            _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", given=text)
            yield made
        finally:
            connection.set_schema_to_public()
            tenancy.drop_tenant(made)

    def _row(self, name: str) -> Any:
        from parkops.tenancy.models import Domain, Tenant
        from parkops.tenancy.operations import new_schema_name

        plain = {f.attname: getattr(self.tenant, f.attname) for f in Tenant._meta.concrete_fields}
        at = timezone.now()
        own = {"slug": f"bench-{name}-{at:%H%M%S}", "schema_name": new_schema_name(at)}
        with schema_context("public"):
            made = Tenant(**{**plain, "id": None, "created_at": at, **own})
            made.save()
            host = f"{made.slug}.{settings.DOMAIN}"
            Domain.objects.create(domain=host, tenant=made, is_primary=True)
        return made


def _run(program: str, *options: str, given: str = "") -> subprocess.CompletedProcess[str]:
    from parkops.local.binaries import postgres_tool

    known = connection.get_connection_params()
    where = {name: known[name] for name in ("host", "port", "user", "dbname") if known.get(name)}
    done = subprocess.run(
        [str(postgres_tool(program)), *options, f"--dbname={make_conninfo(**where)}"],
        input=given,
        env={**os.environ, "PGPASSWORD": known.get("password") or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{program}: {done.stderr}")
    return done
