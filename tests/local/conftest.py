"""Folders for local servers of a test's own, and an end to what it started."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parkops.local import servers

ROOT = Path(__file__).resolve().parents[2]
ROOM = 1 << 30  # bytes


def _place() -> str:
    """Return where folders are made: in memory, if it has room, as new servers often wait for a disk."""
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else "/tmp"


def _clear(folder: Path) -> None:
    for inner in [folder, *folder.glob("*/")]:
        if (inner / "lock").exists():
            os.environ["PARKOPS_LOCAL_DIR"] = str(inner)
            servers.stop_servers()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def folder(monkeypatch) -> Iterator[Path]:
    """An empty folder, short enough for a socket, that the servers of this test live in."""
    made = Path(tempfile.mkdtemp(prefix="po-", dir=_place()))
    monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(made))
    yield made
    _clear(made)


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """One folder for the tests of a module that may find the servers running, or not."""
    made = Path(tempfile.mkdtemp(prefix="po-", dir=_place()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARKOPS_LOCAL_DIR", str(made))
        yield made
        _clear(made)


@pytest.fixture
def local(shared_folder, monkeypatch) -> Path:
    """The shared folder, made current."""
    monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(shared_folder))
    return shared_folder


@pytest.fixture
def starter() -> Callable[[Path], subprocess.Popen[str]]:
    """Start a process that ensures the servers of a folder and prints their addresses."""

    def start(folder: Path) -> subprocess.Popen[str]:
        code = "from parkops.local import servers; print(servers.ensure_servers())"
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PARKOPS_LOCAL_DIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start
