"""`make run` revives what dies, ends all in order, and clears up after a killed run."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from parkops.local import leftovers, run
from parkops.local.daemons import wait_until
from parkops.local.places import LocalServerError, tag
from parkops.local.supervisor import Program, Supervisor

SLEEPER = """
import signal, sys, time
name, note = sys.argv[1:]
def end(*_):
    with open(note, "a") as file: file.write(name + " ended\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with open(note, "a") as file: file.write(name + " began\\n")
print("up", flush=True)
time.sleep(60)
"""


def sleeper(name: str, note: Path) -> Program:
    return Program(name, [sys.executable, "-c", SLEEPER, name, str(note)], seconds_to_end=5)


def lines(note: Path) -> list[str]:
    return note.read_text().splitlines() if note.exists() else []


class Running:
    """A supervisor in a thread of its own."""

    def __init__(self, *programs: Program, moved=lambda: False) -> None:
        self.supervisor = Supervisor(programs, os.environ)
        self.thread = threading.Thread(target=self.supervisor.run, args=(moved,))

    def __enter__(self) -> Supervisor:
        self.thread.start()
        return self.supervisor

    def __exit__(self, *_) -> None:
        self.supervisor.end()
        self.thread.join(10)
        self.supervisor.stop_programs()


class TestSupervisor:
    def test_starts_in_order_and_ends_the_other_way_round(self, tmp_path, capsys):
        note = tmp_path / "note"
        with Running(sleeper("first", note), sleeper("second", note)):
            assert wait_until(lambda: len(lines(note)) == 2, seconds=10)
        assert lines(note)[2:] == ["second ended", "first ended"]
        assert "first  | up" in capsys.readouterr().out

    def test_starts_again_what_dies_and_says_so(self, tmp_path, capsys):
        note = tmp_path / "note"
        with Running(sleeper("mortal", note)) as supervisor:
            assert wait_until(lambda: lines(note) == ["mortal began"], seconds=10)
            supervisor._keepers[0].process.kill()
            assert wait_until(lambda: lines(note) == ["mortal began"] * 2, seconds=10)
        assert "was ended by signal 9; it starts again in 2 s" in capsys.readouterr().out

    def test_kills_what_does_not_end(self, capsys):
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
        program = Program("deaf", [sys.executable, "-c", code], seconds_to_end=0.3)
        with Running(program) as supervisor:
            assert wait_until(lambda: supervisor._keepers[0].process is not None, seconds=5)
            time.sleep(1)
            process = supervisor._keepers[0].process
        assert process.returncode == -9
        assert "does not end; it is killed" in capsys.readouterr().out

    def test_starts_all_anew_when_the_servers_moved(self, tmp_path):
        note, moves = tmp_path / "note", [True]
        with Running(sleeper("web", note), moved=lambda: bool(moves and moves.pop())):
            told = ["web began", "web ended", "web began"]
            assert wait_until(lambda: lines(note) == told, seconds=15)


class TestLeftovers:
    def test_of_a_killed_run_are_ended_and_nothing_else(self, folder):
        def sleep(mark: str) -> subprocess.Popen:
            environment = {**os.environ, leftovers.VARIABLE: mark}
            return subprocess.Popen(
                [sys.executable, "-c", SLEEPER, "x", "/dev/null"], env=environment
            )

        ours, other = sleep(tag(folder)), sleep(tag(folder / "other"))
        try:
            assert wait_until(lambda: len(leftovers._marked(folder)) == 1, seconds=5)
            assert leftovers.end_leftovers(folder) == 1
            assert leftovers.end_leftovers(folder) == 0
            ours.wait(5)
            assert other.poll() is None
        finally:
            for process in (ours, other):
                process.kill()
                process.wait()

    def test_a_second_run_is_refused(self, folder):
        with (
            leftovers.only_run(folder),
            pytest.raises(LocalServerError, match=f"already, as process {os.getpid()}"),
            leftovers.only_run(folder),
        ):
            pass
        with leftovers.only_run(folder):
            pass

    def test_a_run_is_ended_from_elsewhere(self, folder):
        code = (
            "import sys, time; from pathlib import Path; from parkops.local import leftovers\n"
            "with leftovers.only_run(Path(sys.argv[1])): print('up', flush=True); time.sleep(60)"
        )
        root = Path(__file__).resolve().parents[2]
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, cwd=root, text=True
        )
        with process:
            assert process.stdout.readline() == "up\n"
            assert leftovers.end_run(folder)
            process.wait(5)
        assert not leftovers.end_run(folder)
        assert not psutil.pid_exists(process.pid)


def test_another_port_is_taken_where_the_usual_one_is_not_free(monkeypatch):
    monkeypatch.setattr(run, "is_free", lambda port: port not in (8000, 8001))
    assert run._free_from(8000) == 8002
    assert run._free_from(8010, skip=8010) == 8011
