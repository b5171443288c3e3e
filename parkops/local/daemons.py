"""Starts a server that outlives us, knows whether it lives, and ends it.

A server, and every process it forks, holds the lock of `<name>.alive`. The kernel lets go of it
when the last of them is gone, so neither a stale pid file nor a recycled pid can deceive; the mark
in their process titles finds whom to send a signal to.
"""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from .accounts import Account
from .places import LocalServerError, tag, try_lock

LOG_BYTES = 5_000_000
START_SECONDS = 60
# A started server stays our child while we live, to be waited for if it ends before us.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Daemon:
    """One server of the local folder `folder`, of these program names."""

    folder: Path
    name: str
    title: str
    programs: tuple[str, ...]

    @property
    def home(self) -> Path:
        """The folder of the server's data, owned by the account it runs as."""
        return self.folder / self.name

    @property
    def log(self) -> Path:
        """The file that the server's messages go to."""
        return self.folder / f"{self.name}.log"

    def is_alive(self) -> bool:
        """Return whether any process of the server lives."""
        try:
            file = os.open(self.folder / f"{self.name}.alive", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not try_lock(file, shared=True)
        finally:
            os.close(file)

    def spawn(
        self, command: Sequence[str | Path], *, account: Account, cwd: Path, **more: Any
    ) -> subprocess.Popen[bytes]:
        """Start `command` in `cwd` as `account`, off our terminal, its messages to the log.

        :raises LocalServerError: if processes of the server live.
        """
        alive = os.open(self.folder / f"{self.name}.alive", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            wait_until(lambda: try_lock(alive), seconds=2)
            if not try_lock(alive):
                raise self.error("still has processes of an earlier start")
            with self._open_log() as log:
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=[alive],
                    start_new_session=True,
                    **{"stdin": subprocess.DEVNULL, **account.spawn(), **more},
                )
        except OSError as error:
            raise self.error(f"cannot be started: {error}") from error
        finally:
            os.close(alive)
        _children.append(process)
        return process

    def comes_up(self, process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
        """Wait until `process` answers; return `False` if it ends instead.

        :raises LocalServerError: if it does neither in a minute; it is ended then.
        """
        wait_until(lambda: process.poll() is not None or answers(), seconds=START_SECONDS)
        if process.poll() is not None:
            return False
        if not answers():
            self.end(signal.SIGINT)
            raise self.error(f"does not answer within {START_SECONDS} seconds")
        return True

    def processes(self) -> list[psutil.Process]:
        """Return the living processes of the server, found by the mark in their titles."""
        mark, found = tag(self.folder), []
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] in self.programs and any(
                mark in word for word in process.info["cmdline"] or ()
            ):
                found.append(process)
        return found

    def leader(self) -> psutil.Process | None:
        """Return the process that the others were forked from; `None` if it is gone."""
        for process in self.processes():
            # PostgreSQL's forks rename themselves "postgres: <cluster>: <what>".
            words = process.info["cmdline"]
            if words and not words[0].startswith("postgres: "):
                return process
        return None

    def end(self, first: signal.Signals) -> None:
        """End the server: `first` to its leader, after 30 seconds SIGQUIT and SIGKILL to all."""
        leader = self.leader()
        if leader is not None:
            send(leader, first)
            if self._gone(seconds=30):
                return
        for stronger in (signal.SIGQUIT, signal.SIGKILL):
            for process in self.processes():
                send(process, stronger)
            if self._gone(seconds=5):
                return
        raise self.error("does not end")

    def _gone(self, *, seconds: float) -> bool:
        for child in _children:
            child.poll()
        return wait_until(lambda: not self.is_alive(), seconds=seconds)

    def error(self, what: str) -> LocalServerError:
        """Return an error that says `what`, with the end of the server's log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-12:]
        except OSError:
            lines = []
        shown = "\n".join(f"  {line}" for line in lines) or "  (empty)"
        return LocalServerError(
            f"The local {self.title} server {what}.\nThe end of {self.log}:\n{shown}\n"
            "`make stop` ends the local servers; `make clean` also removes their data."
        )

    def _open_log(self) -> IO[bytes]:
        """Open the log to add to it; a long one is put aside first."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        return open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


@atexit.register
def _let_go() -> None:
    """Leave the servers running without a warning that they are."""
    for child in _children:
        if child.poll() is None:
            child.returncode = 0


def send(process: psutil.Process, what: signal.Signals) -> None:
    """Send a signal to a process that may be gone by now."""
    try:
        process.send_signal(what)
    except psutil.NoSuchProcess:
        return


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until `condition` holds, at most `seconds`; return whether it does."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
