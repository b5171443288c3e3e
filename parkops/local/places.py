"""Where the local servers keep what is theirs: one private folder, one lock, one state file."""

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
LOCK_SECONDS = 120


class LocalServerError(Exception):
    """A local server cannot be had. `str(error)` says why and what to do."""


def local_dir() -> Path:
    """Return the servers' folder, absolute: `PARKOPS_LOCAL_DIR`, or `.local` beside manage.py."""
    return Path(os.path.realpath(os.environ.get("PARKOPS_LOCAL_DIR") or REPOSITORY / ".local"))


def tag(folder: Path) -> str:
    """Return the mark that the servers of `folder` carry in their process titles."""
    return "parkops-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def read_state(folder: Path) -> dict[str, Any]:
    """Return what was remembered of the servers; empty if nothing was, or nothing readable."""
    try:
        state = json.loads((folder / "servers.json").read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}
    except OSError as error:
        raise foreign(folder, error) from error
    return state if isinstance(state, dict) else {}


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Remember `state`, readable by its owner only; a kill leaves the old or the new one, whole."""
    fresh = folder / "servers.json.new"
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(state, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "servers.json")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one lock of `folder`, made private if missing, while servers are started or stopped.

    :raises LocalServerError: if another process holds it for two minutes, or bars us.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise foreign(folder, error) from error
    try:
        _take(lock, folder)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    """Wait for the lock."""
    until = time.monotonic() + LOCK_SECONDS
    while not try_lock(lock):
        if time.monotonic() > until:
            holder = os.pread(lock, 20, 0).decode(errors="replace") or "unknown"
            raise LocalServerError(
                f"Process {holder} has been starting or stopping the local servers of {folder} for "
                f"{LOCK_SECONDS} seconds. End it, then try again."
            )
        time.sleep(0.05)


def try_lock(file: int, *, shared: bool = False) -> bool:
    """Return whether the lock of this open file could be taken; closing the file frees it."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def foreign(folder: Path, error: OSError) -> LocalServerError:
    """Return the error for a folder that this account may not use."""
    return LocalServerError(
        f"{folder} cannot be used: {error.strerror}. If another account made it, work as that "
        "account, or name a folder of your own in PARKOPS_LOCAL_DIR."
    )
