"""How a schema is made quickly: like the last one that was migrated from nothing, by one script.

Migrating a new schema takes half a minute and more, since every step is planned anew. What comes out is
always the same: so the first schema that these migrations make is written down by `pg_dump`, its tables and
the rows that migrations put into them, and every other is made of that script. Where `pg_dump` does not
suit the server, every schema is migrated.
"""

import hashlib
import logging
import os
import subprocess
from pathlib import Path
from sys import modules

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from parkops.local.binaries import postgres_tool

logger = logging.getLogger(__name__)

PLACE = "@schema@"
DUMP_SECONDS = 120
OPTIONS = ("--no-owner", "--no-privileges", "--no-comments", "--rows-per-insert=500")


def replay(script: str, name: str) -> None:
    """Make the schema `name` by a script that was written down."""
    with _session() as session:
        session.execute(script.replace(PLACE, name).encode())


def migrations_digest() -> str:
    """Return a digest of every migration there is, to the letter."""
    digest = hashlib.sha256()
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        file = modules[migration.__module__].__file__
        digest.update(f"{app}.{name}".encode())
        digest.update(Path(file).read_bytes() if file else b"")
    return digest.hexdigest()


def written_down(name: str) -> str:
    """Return the script that makes a schema like `name`; empty if `pg_dump` could not write it.

    `name` begins with t_ and is no word of the migrations, so that it is told from all else.
    """
    told = connection.get_connection_params()
    env = {
        **os.environ,
        "PGHOST": str(told.get("host") or ""),
        "PGPORT": str(told.get("port") or ""),
        "PGUSER": str(told.get("user") or ""),
        "PGPASSWORD": str(told.get("password") or ""),
        "PGSSLMODE": str(told.get("sslmode") or "prefer"),
    }
    command = [str(postgres_tool("pg_dump")), f"--schema={name}", *OPTIONS, str(told["dbname"])]
    try:
        done = subprocess.run(  # noqa: S603  ours, with a name of ours
            command, env=env, capture_output=True, text=True, check=True, timeout=DUMP_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or error
        logger.warning("New tenants are migrated one by one, as pg_dump failed: %s", said)
        return ""
    lines = done.stdout.split("\n")
    # What only psql understands.
    script = "\n".join(
        line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))
    )
    return script.replace(name, PLACE)


def _session() -> psycopg.Connection:
    """Return a session of its own: the script sets things that nobody else is to have."""
    told = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        told.pop(name, None)
    return psycopg.connect(**told)
