"""Statements that an act sent, sent again by pgbench in another tenant."""

import os
import re
import subprocess
import tempfile

import psycopg
from django.db import connection


def by_pgbench(schema: str, acts: list[list[str]], first: list[list[str]]) -> float:
    """Return the milliseconds that pgbench takes for each act, a transaction each, after the `first` ones."""
    from parkops.local.binaries import postgres_tool

    tool = str(postgres_tool("pgbench"))
    parameters = connection.get_connection_params()
    env = {
        **os.environ,
        "PGHOST": str(parameters.get("host", "")),
        "PGPORT": str(parameters.get("port", "")),
        "PGUSER": str(parameters.get("user", "")),
        "PGPASSWORD": str(parameters.get("password", "")),
        "PGOPTIONS": f"-c search_path={schema},public",
    }
    for some in (first, acts):
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            for statements in some:
                script.write("\n".join(["BEGIN;", *statements, "COMMIT;"]) + "\n")
            script.flush()
            done = subprocess.run(
                [
                    tool,
                    "--no-vacuum",
                    "--transactions=1",
                    f"--file={script.name}",
                    str(parameters["dbname"]),
                ],
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )
        found = re.search(r"latency average = ([0-9.]+) ms", done.stdout)
        if done.returncode or found is None or "aborted" in done.stderr:
            raise SystemExit(f"pgbench failed: {done.stderr[-2000:]}")
    return float(found[1]) / len(acts)


def line(text: str) -> str:
    """Return a statement on one line, as pgbench reads scripts."""
    return f"{' '.join(text.split())};"


def session(schema: str) -> psycopg.Connection:
    """Return a session of its own in a schema, without a transaction around."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        parameters.pop(name, None)
    session = psycopg.connect(**parameters, autocommit=True)
    session.execute(f'SET search_path = "{schema}", public')
    return session
