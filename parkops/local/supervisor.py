"""Keeps the programs of `make run` going: shows what they say, revives them, ends them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
STEADY_SECONDS = 60
COLORS = (36, 33, 35, 32, 34, 31)


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep going: its name, its words, and how long it may take to end."""

    name: str
    command: Sequence[str]
    seconds_to_end: float = 10


@dataclass(slots=True)
class _Keeper:
    """One program, the process that runs it now, and when it may be started again."""

    program: Program
    process: subprocess.Popen[str] | None = None
    began: float = 0
    wait: float = FIRST_WAIT
    due: float = 0
    reader: threading.Thread | None = field(default=None)


class Supervisor:
    """Runs `programs` with `environment` until told to end."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self._keepers = [_Keeper(program) for program in programs]
        self._environment = dict(environment)
        self._width = max(len(program.name) for program in programs)
        self._voice = threading.Lock()
        self._ending = threading.Event()

    def run(self, every_two_seconds: Callable[[], bool]) -> None:
        """Keep the programs going until `end` is called.

        `every_two_seconds` returns whether all of them must be started anew.
        """
        asked = time.monotonic()
        while not self._ending.is_set():
            for keeper in self._keepers:
                self._look_after(keeper)
            if time.monotonic() - asked > 2:
                asked = time.monotonic()
                if every_two_seconds():
                    self.stop_programs()
            self._ending.wait(0.2)

    def end(self) -> None:
        """Let `run` return; the programs go on until `stop_programs`."""
        self._ending.set()

    def stop_programs(self) -> None:
        """End the programs, the last first: each gets its time to finish what it is doing."""
        for keeper in reversed(self._keepers):
            process = keeper.process
            if process is None:
                continue
            _signal_group(process, signal.SIGTERM, only_leader=True)
            try:
                process.wait(keeper.program.seconds_to_end)
            except subprocess.TimeoutExpired:
                self.say(keeper.program.name, "does not end; it is killed")
            _signal_group(process, signal.SIGKILL)
            process.wait()
            keeper.process, keeper.due = None, 0

    def kill_programs(self) -> None:
        """End the programs at once, whatever they are doing."""
        for keeper in self._keepers:
            if keeper.process is not None:
                _signal_group(keeper.process, signal.SIGKILL)

    def say(self, name: str, line: str) -> None:
        """Print one line with the name of who says it."""
        label = name.ljust(self._width)
        if sys.stdout.isatty():
            names = [keeper.program.name for keeper in self._keepers]
            color = COLORS[names.index(name) % len(COLORS)] if name in names else 37
            label = f"\033[{color}m{label}\033[0m"
        with self._voice:
            print(f"{label} | {line}", flush=True)

    def _look_after(self, keeper: _Keeper) -> None:
        """Start the program if it is time to; say so when it has died."""
        now = time.monotonic()
        if keeper.process is not None and keeper.process.poll() is not None:
            _signal_group(keeper.process, signal.SIGKILL)
            keeper.wait = (
                FIRST_WAIT
                if now - keeper.began > STEADY_SECONDS
                else min(keeper.wait * 2, LONGEST_WAIT)
            )
            code = keeper.process.returncode
            how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
            self.say(keeper.program.name, f"{how}; it starts again in {keeper.wait:.0f} s")
            keeper.process, keeper.due = None, now + keeper.wait
        if keeper.process is None and now >= keeper.due:
            keeper.began = now
            keeper.process = self._start(keeper.program)

    def _start(self, program: Program) -> subprocess.Popen[str]:
        # A session of its own: Ctrl-C reaches us only, and we end them in order.
        process = subprocess.Popen(
            program.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if process.stdout is not None:
            reader = threading.Thread(
                target=self._repeat, args=(program.name, process.stdout), daemon=True
            )
            reader.start()
        return process

    def _repeat(self, name: str, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self.say(name, line.rstrip())


def _signal_group(
    process: subprocess.Popen[str], what: signal.Signals, *, only_leader: bool = False
) -> None:
    """Send a signal to a program, by default with everything that it started."""
    try:
        if only_leader:
            process.send_signal(what)
        else:
            os.killpg(process.pid, what)
    except ProcessLookupError:
        return
