"""The database: reachable, new enough, no transaction pooler, extensions in place, migrated."""

from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django_tenants.utils import schema_context
from psycopg import sql

from parkops.tenancy.models import Tenant
from parkops.tenancy.pooler import TransactionPooler, refuse_transaction_pooler

from .findings import Finding, fault, ok, warning

OLDEST = 160_000
EXTENSIONS = {"btree_gist", "pg_trgm"}
LOCKS = 256
SECONDS_APART = 2


def examine() -> Iterator[Finding]:
    """Look at the database; if it does not answer, that is the only finding."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield fault(
            f"The database does not answer: {_first_line(error)}",
            "Check DATABASE_URL and that PostgreSQL runs; without DATABASE_URL, see `make stop`",
        )
        return
    with schema_context("public"):
        yield _version()
        yield _pooler()
        yield from _server_settings()
        yield _clock()
        yield _extensions()
        yield _migrations()


def _ask(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _version() -> Finding:
    number, text = int(_ask("SHOW server_version_num")[0][0]), _ask("SHOW server_version")[0][0]
    where = "the local server" if settings.IS_LOCAL else "reachable"
    if number < OLDEST:
        return fault(f"PostgreSQL {text} is too old", "Use PostgreSQL 16 or newer")
    return ok(f"PostgreSQL {text}, {where}")


def _pooler() -> Finding:
    try:
        refuse_transaction_pooler()
    except TransactionPooler:
        return fault(
            "A pooler in transaction mode is in between: tenants would read each other's rows",
            "Use session pooling, or connect to PostgreSQL itself",
        )
    return ok("Each session keeps its own search path: no transaction pooler in between")


def _server_settings() -> Iterator[Finding]:
    encoding = _ask("SHOW server_encoding")[0][0]
    if encoding != "UTF8":
        yield fault(f"The database's encoding is {encoding}", "Create it with ENCODING 'UTF8'")
    locks = int(_ask("SHOW max_locks_per_transaction")[0][0])
    if locks < LOCKS:
        yield warning(
            f"max_locks_per_transaction is {locks}: a dump of many tenants needs more",
            f"Set it to {LOCKS} or more and restart PostgreSQL",
        )
    if _ask("SHOW fsync")[0][0] != "on":
        yield fault("PostgreSQL runs with fsync off: a power cut loses data", "Set fsync = on")


def _clock() -> Finding:
    apart = abs((_ask("SELECT clock_timestamp()")[0][0] - timezone.now()).total_seconds())
    if apart > SECONDS_APART:
        return warning(
            f"The clocks of this machine and of the database are {apart:.0f} seconds apart",
            "Let both follow a time server (NTP)",
        )
    return ok("The clocks of this machine and of the database agree")


def _extensions() -> Finding:
    rows = _ask(
        "SELECT extname, nspname FROM pg_extension "
        "JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname <> 'plpgsql'"
    )
    elsewhere = [f"{name} (in {schema})" for name, schema in rows if schema != "public"]
    if elsewhere:
        return fault(
            f"Extensions outside the public schema: {', '.join(sorted(elsewhere))}. Dropping that "
            "schema drops them, with every constraint that uses them",
            "ALTER EXTENSION … SET SCHEMA public",
        )
    if missing := EXTENSIONS - {name for name, _ in rows}:
        return fault(f"Extensions missing: {', '.join(missing)}", "Run `manage.py migrate`")
    return ok("The extensions are in the public schema")


def _migrations() -> Finding:
    """Compare the migrations of the code with those recorded in public and in every tenant."""
    known = set(MigrationLoader(None).disk_migrations)
    tables = connection.introspection.table_names()
    if "django_migrations" not in tables or Tenant._meta.db_table not in tables:
        return fault("The database is empty", "Run `manage.py migrate`")
    behind = []
    for schema in ["public", *Tenant.objects.order_by("pk").values_list("schema_name", flat=True)]:
        query = sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(schema))
        try:
            applied = set(_ask(query.as_string(None)))
        except DatabaseError:
            applied = set()
        if missing := known - applied:
            behind.append(f"{schema} ({len(missing)})")
    if behind:
        return fault(
            f"Migrations are missing in {len(behind)} schemas: {', '.join(behind[:5])}",
            "Run `manage.py migrate`",
        )
    return ok("All migrations are applied, in the public schema and in every tenant")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
