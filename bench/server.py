"""The web server of the bench: granian with the workers and threads that `make run` gives it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(application: str, **environment: str) -> Iterator[int]:
    """Serve `application` on a free port of this machine, with more in its environment; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface=wsgi",
            "--host=127.0.0.1",
            f"--port={port}",
            f"--workers={WORKERS}",
            "--blocking-threads=2",
            "--backlog=4096",
            "--backpressure=4096",
            "--no-ws",
            "--log-level=warning",
            application,
        ],
        cwd=ROOT,
        env={**os.environ, "LOG_LEVEL": "ERROR", **environment},
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit("The web server of the bench ended at once.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/livez", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The web server of the bench did not answer within a minute.")
