"""The one `make run` of a folder: refuses a second, and ends what a killed one left behind."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from .daemons import send, wait_until
from .places import LocalServerError, tag, try_lock

# Every program of a run carries this in its environment, and hands it to what it starts.
VARIABLE = "PARKOPS_RUN"


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Be the only `make run` of `folder` until the end of the block.

    :raises LocalServerError: if there is another.
    """
    file = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(file):
            raise LocalServerError(
                f"ParkOps runs already, as process {_read(file)}. End it there with Ctrl-C, or "
                "from here with `make stop`."
            )
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)


def end_run(folder: Path) -> bool:
    """End the `make run` of `folder` and wait until it is gone; return whether there was one."""
    try:
        file = os.open(folder / "run.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if try_lock(file):
            return False
        pid = _read(file)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: try_lock(file), seconds=90):
            raise LocalServerError(f"Process {pid}, a `make run`, does not end.")
        return True
    finally:
        os.close(file)


def end_leftovers(folder: Path) -> int:
    """End the programs that a killed `make run` of `folder` left behind; return how many.

    Called by the only run, or with none: whatever carries our mark is then nobody's.
    """
    found = _marked(folder)
    for stronger, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        living = _marked(folder)
        for process in living:
            send(process, stronger)
        if not living or wait_until(lambda: not _marked(folder), seconds=seconds):
            break
    return len(found)


def _marked(folder: Path) -> list[psutil.Process]:
    """Return the processes of this account that a run of `folder` started."""
    mark, found = tag(folder), []
    for process in psutil.process_iter(["pid", "uids"]):
        uids = process.info["uids"]
        if uids is None or uids.real != os.getuid() or process.pid == os.getpid():
            continue
        try:
            is_ours = process.environ().get(VARIABLE) == mark
        except psutil.Error:
            continue
        if is_ours and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _read(file: int) -> int:
    return int(os.pread(file, 20, 0).decode() or 0)
