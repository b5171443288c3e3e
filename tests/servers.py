"""A pytest plugin, loaded before Django: starts what the tests need and sets where it is."""

import os
from tempfile import gettempdir

from parkops.local import servers

IS_EMBEDDED = not os.environ.get("DATABASE_URL")
TELLING = (" FATAL: ", " PANIC: ", "shutdown request", "starting PostgreSQL", "was terminated by")

if IS_EMBEDDED:
    servers.ensure_for_command()

os.environ["PARKOPS_CACHE_PREFIX"] = f"test-{os.getpid()}"
os.environ["PARKOPS_QUEUE_PREFIX"] = f"test-{os.getpid()}:"
os.environ["PARKOPS_MEDIA_ROOT"] = f"{gettempdir()}/parkops-test-{os.getpid()}"
os.environ["PARKOPS_LOCAL"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")


def pytest_terminal_summary(terminalreporter) -> None:
    """Where a test failed, say what the database server has to say of ended connections."""
    stats = terminalreporter.stats
    if not IS_EMBEDDED or not (stats.get("failed") or stats.get("error")):
        return
    (log,) = (one.log for one in servers.status() if one.title == "PostgreSQL")
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in [line for line in lines if any(word in line for word in TELLING)][-8:]:
        terminalreporter.write_line(f"PostgreSQL: {line}")
