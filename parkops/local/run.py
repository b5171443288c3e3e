"""What `make run` does: servers, database, demonstration, then every program, until Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from . import leftovers, libraries, servers, statics
from .places import REPOSITORY, LocalServerError, local_dir, locked, read_state, tag
from .ports import is_free
from .supervisor import Program, Supervisor

PYTHON = sys.executable
WEB_WORKERS = max(2, min(4, os.cpu_count() or 2))
ANSWER_SECONDS = 120
OUTSIDE = ("DATABASE_URL", "REDIS_URL")


def run() -> int:
    """Run everything until Ctrl-C or SIGTERM; return the exit status.

    Local servers are ended at the end, whoever started them.
    """
    folder = local_dir()
    signal.signal(signal.SIGTERM, _as_interrupt)
    signal.signal(signal.SIGHUP, _as_interrupt)
    try:
        with locked(folder):
            pass
        with leftovers.only_run(folder):
            try:
                return _run(folder)
            except KeyboardInterrupt:
                return 130
            finally:
                leftovers.end_leftovers(folder)
                _stop_servers()
    except LocalServerError as error:
        print(error, file=sys.stderr)
        return 1


def _run(folder: Path) -> int:
    if trouble := libraries.pdf_trouble():
        raise LocalServerError(trouble)
    if count := leftovers.end_leftovers(folder):
        print(f"Ended {count} processes that an earlier run left behind.", flush=True)
    environment = _environment(folder)
    began = time.monotonic()
    _prepare(folder, environment)
    print(f"Ready to start after {time.monotonic() - began:.0f} seconds.\n", flush=True)
    supervisor = Supervisor(_programs(folder, environment), environment)
    _end_on_signal(supervisor)
    announcer = threading.Thread(
        target=_announce, args=(environment, supervisor), name="announce", daemon=True
    )
    announcer.start()
    try:
        supervisor.run(_servers_moved())
    finally:
        print("\nEnding; Ctrl-C again kills.", flush=True)
        supervisor.stop_programs()
    return 0


def _environment(folder: Path) -> dict[str, str]:
    """Return the programs' environment: the ports they use, and the mark they are found by."""
    environment = {**os.environ, leftovers.VARIABLE: tag(folder), "PYTHONUNBUFFERED": "1"}
    environment["PARKOPS_LOCAL_DIR"] = str(folder)
    environment.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    wanted = int(os.environ.get("PORT") or os.environ.get("PARKOPS_PORT") or 8000)
    port = _free_from(wanted)
    if port != wanted:
        print(f"Port {wanted} is taken by another program; ParkOps uses {port}.", flush=True)
    environment["PARKOPS_PORT"] = str(port)
    standin = _free_from(int(os.environ.get("PARKOPS_STANDIN_PORT") or 8010), skip=port)
    environment["PARKOPS_STANDIN_PORT"] = str(standin)
    return environment


def _free_from(port: int, *, skip: int = 0) -> int:
    while port == skip or not is_free(port):
        port += 1
    return port


def _prepare(folder: Path, environment: dict[str, str]) -> None:
    """Start the servers, bring the database up to date, load the demonstration."""
    _ensure_servers()
    now = statics.fingerprint()
    if not statics.is_collected(folder, now):
        _manage(environment, "collectstatic", "--noinput", "--verbosity=0")
        statics.remember(folder, now)
    _manage(environment, "migrate", "--noinput", "--verbosity=0")
    if _has_demonstration():
        _manage(environment, "demo", "load")


def _has_demonstration() -> bool:
    return find_spec("parkops.local.management.commands.demo") is not None


def _manage(environment: dict[str, str], *words: str) -> None:
    """Run one command of manage.py, or give up with its name."""
    print(f"manage.py {' '.join(words)}", flush=True)
    command = [PYTHON, str(REPOSITORY / "manage.py"), *words]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise LocalServerError(
            f"`manage.py {' '.join(words)}` failed: see above. `manage.py doctor` may say why."
        )


def _programs(folder: Path, environment: dict[str, str]) -> list[Program]:
    """Return the programs to run, in the order they start; they end the other way round."""
    web = [
        PYTHON,
        "-m",
        "granian",
        "--interface=wsgi",
        "--host=127.0.0.1",
        f"--port={environment['PARKOPS_PORT']}",
        f"--workers={WEB_WORKERS}",
        # Two: while one waits for a commit to reach the disk, the other works.
        "--blocking-threads=2",
        # A browser keeps its connection: a rush holds more of them than the server's 1,024.
        "--backlog=4096",
        "--backpressure=4096",
        "--respawn-failed-workers",
        "--no-ws",
        "--log-level=warning",
        f"--working-dir={REPOSITORY}",
        "parkops.wsgi:application",
    ]
    # Celery warns at length that root should not run it; here root may.
    calm = "-Wignore:You're running the worker with superuser:UserWarning"
    celery = [PYTHON, calm, "-m", "celery", "-q", f"--workdir={REPOSITORY}", "--app=parkops"]
    worker = ["worker", "--pool=prefork", "--concurrency=2", "--without-gossip", "--without-mingle"]
    beat = ["beat", f"--schedule={folder / 'beat'}", f"--pidfile={folder / 'beat.pid'}"]
    (folder / "beat.pid").unlink(missing_ok=True)
    programs = []
    if find_spec("payments.standin.__main__") and not environment.get("STRIPE_SECRET_KEY"):
        programs.append(Program("payments", [PYTHON, "-m", "payments.standin"]))
    programs += [
        Program("web", web),
        Program("worker", [*celery, *worker], seconds_to_end=30),
        Program("beat", [*celery, *beat]),
    ]
    return programs


def _ensure_servers() -> None:
    database, redis = (not os.environ.get(name) for name in OUTSIDE)
    if database or redis:
        servers.ensure_servers(database=database, redis=redis)


def _stop_servers() -> None:
    stopped = servers.stop_servers()
    if stopped:
        print(f"Ended {' and '.join(stopped)}. The data stay.", flush=True)


def _servers_moved() -> Callable[[], bool]:
    """Return a function that revives killed servers, and tells whether their address changed."""
    known = servers.urls()

    def revive() -> bool:
        nonlocal known
        try:
            _ensure_servers()
        except LocalServerError as error:
            print(error, file=sys.stderr, flush=True)
        moved, known = servers.urls() != known, servers.urls()
        return moved

    return revive


def _announce(environment: dict[str, str], supervisor: Supervisor) -> None:
    """Wait for the web process to answer, then print where to go and how to sign in."""
    port = int(environment["PARKOPS_PORT"])
    command = [PYTHON, str(REPOSITORY / "manage.py"), "demo", "signins"]
    asking = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + ANSWER_SECONDS
    while not _web_answers(port):
        if time.monotonic() > until:
            supervisor.say("web", f"does not answer after {ANSWER_SECONDS} s; see its messages")
            break
        time.sleep(0.3)
    sign_ins, _ = asking.communicate()
    print(f"\n{sign_ins}\nhttp://localhost:{port}/  Ctrl-C ends everything.\n", flush=True)


def _web_answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _end_on_signal(supervisor: Supervisor) -> None:
    """End in order on the first signal, at once on the second."""
    seen = 0

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        supervisor.end()
        if seen > 1:
            supervisor.kill_programs()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def stop() -> int:
    """End a `make run` and the local servers, whoever started them; return the exit status."""
    folder = local_dir()
    try:
        if leftovers.end_run(folder):
            print("Ended `make run`.")
        if leftovers.end_leftovers(folder):
            print("Ended the programs that a killed run left behind.")
        stopped = servers.stop_servers()
    except LocalServerError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Ended {' and '.join(stopped)}." if stopped else "No local server runs.")
    return 0


def clean() -> int:
    """End everything and remove the local data, and the copy of the programs if there is one."""
    folder = local_dir()
    # The tests and the benchmarks have servers of their own inside the folder.
    for inner in [*folder.glob("*/servers.json"), folder / "servers.json"]:
        os.environ["PARKOPS_LOCAL_DIR"] = str(inner.parent)
        if stop() != 0:
            return 1
        programs = read_state(inner.parent).get("programs")
        if programs and Path(programs).name.startswith("parkops-programs-"):
            shutil.rmtree(programs, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def show() -> int:
    """Print where the local servers are; return 0 if all of them run."""
    found = servers.status()
    for server in found:
        state = "runs" if server.is_running else "does not run"
        print(f"{server.title} {state}; data in {server.home}, messages in {server.log}")
    with suppress(LocalServerError):
        if all(server.is_running for server in found):
            print(
                f"DATABASE_URL={servers.urls().database_url}\nREDIS_URL={servers.urls().redis_url}"
            )
    return 0 if all(server.is_running for server in found) else 3
