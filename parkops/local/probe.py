"""`python -m parkops.local.probe web|worker|beat`: the health checks of the containers."""

import os
import socket
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

BEAT_SCHEDULE = Path(os.environ.get("PARKOPS_BEAT_SCHEDULE", "/tmp/beat"))  # noqa: S108
# Beat writes its schedule every three minutes.
BEAT_SECONDS = 10 * 60


def is_web_well() -> bool:
    """Return whether the web process of this container answers and can use what it needs."""
    connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
    headers = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def is_worker_well() -> bool:
    """Return whether the worker of this container answers through the queue."""
    from parkops.celery import app

    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=10))


def is_beat_well() -> bool:
    """Return whether beat has written its schedule lately."""
    written = [file.stat().st_mtime for file in BEAT_SCHEDULE.parent.glob(f"{BEAT_SCHEDULE.name}*")]
    return bool(written) and time.time() - max(written) < BEAT_SECONDS


PROBES = {"web": is_web_well, "worker": is_worker_well, "beat": is_beat_well}

if __name__ == "__main__":
    sys.exit(0 if PROBES[sys.argv[1]]() else 1)
