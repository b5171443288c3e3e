"""A dashboard left open while its server, its database and its cache are ended by force, one after another.

    make dashboard-left-open [MINUTES=60]    or    python -m tests.left_open --minutes 60

A Chromium opens the dashboard of a tenant of its own and is not touched again. Each minute a citation is
written. At a quarter of the time the web server is killed, at half of it PostgreSQL, at three quarters Valkey;
each is away for a twentieth of the time and is then started again. Each minute a line says what the page shows
and what the database has. It ends with 1 if the page was loaded again, did not say that its numbers are old, or
does not show the right ones in the end.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psutil

FIGURE = "#citations .stat__value"
SHOWN = f"""() => ({{
  figure: document.querySelector({FIGURE!r})?.innerText ?? "",
  stale: Boolean(document.querySelector("#desk[data-stale]")),
  age: document.querySelector("[data-live-age]")?.innerText ?? "",
  untouched: window.untouched === true,
}})"""


@dataclass
class Outage:
    """Something that is ended by force, and started again."""

    what: str
    end: Callable[[], None]
    begin: Callable[[], None]
    from_minute: float
    to_minute: float
    was_told: bool = False
    is_on: bool = False


def main() -> int:
    """Open, end, begin, and print; 1 if the page did not bear it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args().minutes
    # The browser's driver keeps a loop in this thread, which Django would take for a reason to refuse.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from bench.__main__ import prepare

    prepare()
    from django.db import connections

    from bench import tenant
    from tests.browser import chromium

    with tenant.made("left-open") as owner:
        with _web() as web, chromium.opened() as browser:
            _start(owner)
            page = _opened(browser, owner, web)
            outages = _outages(web, minutes)
            wrong = _watch(page, owner, outages, minutes)
        # The connection that made the tenant was another than the browser's, and ended with PostgreSQL.
        connections.close_all()
    print(
        "\n".join(wrong)
        if wrong
        else "\nIt stayed open, said when its numbers were old, and is right."
    )
    return 1 if wrong else 0


def _watch(page: Any, owner: Any, outages: list[Outage], minutes: float) -> list[str]:
    from django.db import connections

    print(
        "| Minute | The page shows | The database has | It says | Away |\n| ---: | ---: | ---: | --- | --- |"
    )
    began, written, step = time.monotonic(), 0, min(60.0, minutes * 60 / 40)
    shown: dict[str, Any] = {}
    while (gone := (time.monotonic() - began) / 60) < minutes:
        for outage in outages:
            if not outage.is_on and outage.from_minute <= gone < outage.to_minute:
                outage.end()
                outage.is_on = True
            elif outage.is_on and gone >= outage.to_minute:
                outage.begin()
                outage.is_on = False
        away = [outage.what for outage in outages if outage.is_on]
        if not away:
            _cite(owner)
            written += 1
        page.wait_for_timeout(step * 1000)
        shown = page.evaluate(SHOWN)
        for outage in outages:
            outage.was_told |= outage.is_on and shown["stale"]
        print(
            f"| {gone:.1f} | {shown['figure']} | {written} | {shown['age']} | {', '.join(away)} |",
            flush=True,
        )
    # It asks once a minute at the latest.
    page.wait_for_timeout(70_000)
    shown = page.evaluate(SHOWN)
    connections.close_all()
    wrong = [f"It did not say that {one.what} was away." for one in outages if not one.was_told]
    if not shown["untouched"]:
        wrong.append("The page was loaded again.")
    if shown["stale"] or shown["figure"] != str(written):
        wrong.append(f"In the end it shows {shown['figure']}, and {written} were written.")
    return wrong


def _outages(web: "_Web", minutes: float) -> list[Outage]:
    from parkops.local import postgres, servers, valkey
    from parkops.local.places import local_dir

    def killed(daemon: Callable[..., Any]) -> Callable[[], None]:
        def kill() -> None:
            for process in daemon(local_dir()).processes():
                # PostgreSQL's own processes end with the first of them, some before their turn.
                with suppress(psutil.NoSuchProcess):
                    process.kill()

        return kill

    def begin() -> None:
        servers.ensure_servers()

    whats = (
        ("the web server", web.end, web.begin),
        ("PostgreSQL", killed(postgres.daemon), begin),
        ("Valkey", killed(valkey.daemon), begin),
    )
    return [
        Outage(what, end, start, minutes * n / 4, minutes * (n / 4 + 1 / 20))
        for n, (what, end, start) in enumerate(whats, 1)
    ]


class _Web:
    """The web server, on one port however often it is begun."""

    def __init__(self) -> None:
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Serve, and wait until it answers."""
        import http.client

        command = [sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1"]
        command += [f"--port={self.port}", "--workers=2", "--blocking-threads=1", "--no-ws"]
        self.process = subprocess.Popen(
            [*command, "--log-level=critical", "parkops.wsgi:application"],
            env={**os.environ, "LOG_LEVEL": "CRITICAL"},
            start_new_session=True,
        )
        for _ in range(300):
            try:
                asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                asked.request("GET", "/livez", headers={"Host": "localhost"})
                if asked.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("The web server did not answer within a minute.")

    def end(self) -> None:
        """Kill it with its workers; ended twice is once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextmanager
def _web() -> Iterator[_Web]:
    web = _Web()
    web.begin()
    try:
        yield web
    finally:
        web.end()


def _start(owner: Any) -> None:
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import tenant
    from parkops.accounts.models import User

    with tenant_context(owner):
        tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", timezone.now())
        User.objects.create_user("left@parkops.test", None, roles=["administrator"])


def _opened(browser: Any, owner: Any, web: _Web) -> Any:
    """Open the dashboard as the administrator."""
    from django.conf import settings
    from django.test import Client
    from django_tenants.utils import tenant_context

    from parkops.accounts.models import User

    host = f"{owner.slug}.{settings.DOMAIN}"
    office = Client(SERVER_NAME=host)
    with tenant_context(owner):
        office.force_login(User.objects.get(email="left@parkops.test"))
    home = f"http://{host}:{web.port}"
    context = browser.new_context(base_url=home, viewport={"width": 1280, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": office.cookies[name].value, "url": home}])
    page = context.new_page()
    page.goto("/office/desks/today/")
    page.evaluate("window.untouched = true")
    return page


def _cite(owner: Any) -> None:
    from django.db import connections
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from enforcement.operations import citations
    from parkops.kernel.actors import SYSTEM

    at: datetime = timezone.now()
    connections.close_all()
    with tenant_context(owner):
        draft = citations.Draft(None, f"OPEN{at:%H%M%S}", "", "LOT-B", "FIRE-LANE", at)
        citations.issue_citation(draft, by=SYSTEM, at=at)


if __name__ == "__main__":
    sys.exit(main())
