"""Databases for the tests: a template migrated once for each state of the code, copied for each run."""

import functools
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from parkops.programme import queries
from parkops.tenancy import hosts

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_305_021
SEEDS = [
    Path(__file__),
    ROOT / "tests/seed.py",
    *sorted((ROOT / "tests/programmes").glob("*.yaml")),
]


def fingerprint() -> str:
    """Return a digest of everything that the template is made from."""
    digest = hashlib.sha256()
    for file in [*sorted(ROOT.glob("**/migrations/*.py")), *SEEDS]:
        if ".venv" not in file.parts and ".local" not in file.parts:
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def maintenance():
    """Give a session in the maintenance database, outside any transaction."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**{**parameters, "dbname": "postgres", "autocommit": True}) as session:
        yield session


def use(name: str) -> None:
    """Point Django at database `name`, in this thread and in those to come."""
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    # What was remembered is of another database.
    queries.forget()
    hosts.forget()


def copy(name: str) -> None:
    """Make database `name` a copy of the template, building that first if the code has changed."""
    template = f"parkops_template_{fingerprint()}"
    with maintenance() as session:
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            _drop_leftovers(session, keep=template)
            if not _exists(session, template):
                _build(session, template)
            session.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        finally:
            session.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def standing(blocker) -> Iterator[None]:
    """Let what is made within stand for all tests of a module, each of which still ends in its own rollback.

    For a fixture of a module none of whose tests commits or has a database of its own. Afterwards it is gone.
    """
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.set_schema_to_public()


def drop(name: str) -> None:
    """Remove database `name`, whoever is connected to it."""
    with maintenance() as session:
        _drop(session, name)


def _drop(session: psycopg.Connection, name: str) -> None:
    """Drop a database. The server's own vacuum may be in it, whom only the server ends: it goes by itself."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for wait in (0.2, 0.5, 1, 2, 5):
        with suppress(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)
            return
        time.sleep(wait)
    session.execute(statement)


def _build(session: psycopg.Connection, template: str) -> None:
    from tests import seed

    draft = f"{template}_draft"
    _drop(session, draft)
    session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
    before = connection.settings_dict["NAME"]
    use(draft)
    try:
        _migrate_public()
        seed.plant()
    finally:
        use(before)
    session.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(draft), sql.Identifier(template)
        )
    )


def _migrate_public() -> None:
    """Migrate the public schema. The migrations of the tenants' apps, which the router keeps from making
    anything there, are only noted as applied: working out each of their steps would take half a minute."""
    migrate = functools.partial(
        call_command, "migrate_schemas", shared=True, interactive=False, verbosity=0
    )
    labels = {app.label for app in apps.get_app_configs() if app.name in settings.SHARED_APPS}
    for label in sorted(labels & MigrationLoader(None).migrated_apps):
        migrate(label)
    migrate(fake=True)
    migrate()  # nothing is left of it but what follows a migration


def _exists(session: psycopg.Connection, name: str) -> bool:
    row = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return row is not None


def _drop_leftovers(session: psycopg.Connection, *, keep: str) -> None:
    """Drop the copies of runs that died; old templates only when many."""
    rows = session.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'parkops\\_%' ORDER BY oid"
    ).fetchall()
    templates = [name for (name,) in rows if name.startswith("parkops_template_") and name != keep]
    dead = [
        name
        for (name,) in rows
        if name.startswith("parkops_test_") and not _alive(name.split("_")[2])
    ]
    for name in [*dead, *templates[:-4]]:
        _drop(session, name)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True
