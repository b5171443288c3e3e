"""The embedded PostgreSQL and Valkey, used where DATABASE_URL and REDIS_URL are not set.

Who ends them: `make run` ends them when it ends, however they were started. A single `manage.py`
command finds them running, or starts them and leaves them running, saying so. `make stop` ends them
at any time. Data survive, and a killed server is started again on the same data. All of it is under
`.local/` (`PARKOPS_LOCAL_DIR`).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from . import postgres, valkey
from .binaries import postgres_tool
from .places import LocalServerError, local_dir, locked, read_state

__all__ = [
    "LocalServerError",
    "ServerStatus",
    "Urls",
    "ensure_for_command",
    "ensure_servers",
    "postgres_tool",
    "status",
    "stop_servers",
    "urls",
    "urls_if_running",
]


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the local servers listen."""

    database_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """Whether a local server runs, where its data are and where its messages go."""

    title: str
    is_running: bool
    home: Path
    log: Path


def urls() -> Urls:
    """Return where the servers listen, or did when they last ran; starts nothing, asks nothing."""
    folder = local_dir()
    state = read_state(folder)
    return Urls(
        postgres.url(folder, state.get("postgres", {})), valkey.url(state.get("valkey", {}))
    )


def urls_if_running() -> Urls | None:
    """Return where the servers listen if both run and are ready; starts nothing, asks neither."""
    folder = local_dir()
    state = read_state(folder)
    for server in (postgres.daemon(folder), valkey.daemon(folder)):
        if not state.get(server.name, {}).get("is_ready") or not server.is_alive():
            return None
    return urls()


def ensure_servers(*, database: bool = True, redis: bool = True) -> Urls:
    """Return where the servers listen, after starting those that do not run.

    Calling it again, or from many processes at once, starts each server once.

    :raises LocalServerError: if a server does not come up; the text says why and what to do.
    """
    if database and redis:
        running = urls_if_running()
        if running and _lead():
            return running
    folder = local_dir()
    with locked(folder):
        state = read_state(folder)
        if database:
            postgres.start(folder, state)
        if redis:
            valkey.start(folder, state)
    return urls()


def ensure_for_command() -> None:
    """Start what the environment does not name, or exit with the reason that it cannot be had."""
    database, redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if not database and not redis:
        return
    folder = local_dir()
    was_running = postgres.daemon(folder).is_alive() or valkey.daemon(folder).is_alive()
    try:
        ensure_servers(database=database, redis=redis)
    except LocalServerError as error:
        sys.exit(str(error))
    if not was_running:
        note = "Started the local database and cache; they keep running until `make stop`."
        print(note, file=sys.stderr)


def stop_servers() -> list[str]:
    """End the local servers and return the names of those that ran; twice is once.

    :raises LocalServerError: if one does not end.
    """
    folder = local_dir()
    if not folder.exists():
        return []
    with locked(folder):
        stopped = ["Valkey"] if valkey.stop(folder) else []
        return [*stopped, "PostgreSQL"] if postgres.stop(folder) else stopped


def status() -> list[ServerStatus]:
    """Return each local server with whether it runs."""
    folder = local_dir()
    return [
        ServerStatus(server.title, server.is_alive(), server.home, server.log)
        for server in (postgres.daemon(folder), valkey.daemon(folder))
    ]


def _lead() -> bool:
    """Return whether the leader of each server lives: after a kill its forks linger a moment."""
    folder = local_dir()
    return all(
        server.leader() is not None for server in (postgres.daemon(folder), valkey.daemon(folder))
    )
