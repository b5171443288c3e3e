"""Harbor served on loopback from a database of its own, with one of everything in it, and a Chromium."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import timezone

from tests import databases
from tests.browser import chromium as browsers
from tests.conftest import Site, _tenant
from tests.isolation.things import Things

_numbers = count(1)


class WebServer:
    """The site on a port of this machine, which stays the same when it is ended and begun again."""

    def __init__(self) -> None:
        self._server = self._made(0)
        self.port = self._server.server_port
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Serve, in a thread of its own."""
        if self._thread is not None:
            self._server = self._made(self.port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Answer nobody any more; ended twice is once."""
        self._server.shutdown()
        self._server.server_close()

    def _made(self, port: int) -> ThreadedWSGIServer:
        server = ThreadedWSGIServer(("127.0.0.1", port), QuietWSGIRequestHandler)
        server.daemon_threads = True
        server.set_app(get_wsgi_application())
        return server


def working_moment() -> datetime:
    """Return the last Tuesday, 15:15 UTC: lots are enforced, and meters are paid."""
    day = timezone.now() - timedelta(days=1)
    while day.weekday() != 1:
        day -= timedelta(days=1)
    return day.astimezone(UTC).replace(hour=15, minute=15, second=0, microsecond=0)


@pytest.fixture(scope="package")
def chromium() -> Iterator:
    """One Chromium for all tests here.

    Its driver keeps a loop in this thread, which Django would take for a reason not to use the
    database from here. Beside a loop Django also has other connections than without one: whatever
    uses the database here asks for this first, or leaves one open that nobody closes.
    """
    with pytest.MonkeyPatch.context() as patch, browsers.opened() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@pytest.fixture(scope="module")
def served(chromium, django_db_setup, django_db_blocker) -> Iterator[SimpleNamespace]:
    """Harbor's site on a port of this machine: `home` is its address, `port` its port."""
    name = f"parkops_test_{os.getpid()}_b{next(_numbers)}"
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        databases.copy(name)
        databases.use(name)
        server = WebServer()
        port = server.port
        patch.setattr(settings, "PORT", port)
        # The tests of one machine come from one address, faster than people do.
        patch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
        server.begin()
        try:
            connection.set_tenant(_tenant("harbor"))
            yield SimpleNamespace(home=f"http://harbor.localhost:{port}", port=port, server=server)
        finally:
            server.end()
            connection.set_schema_to_public()
            connections.close_all()
            databases.use(before)
            databases.drop(name)


@pytest.fixture(scope="module")
def things(served) -> Things:
    """One of everything in harbor, and a permit that waits for its payment."""
    from parkops.accounts import operations as accounts
    from parkops.kernel.actors import SYSTEM

    at = working_moment()
    connection.set_tenant(_tenant("harbor"))
    api = Site("harbor")
    made = accounts.create_token(name="made", scopes=["admin"], by=SYSTEM, at=at)
    api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"
    with time_machine.travel(at, tick=False):
        things = Things(api, user=person("dana@customer.example"), at=at)
    wish = {"customer": str(things.customer.reference), "vehicles": [f"HELD{uuid4().hex[:3]}"]}
    things.held = things.post("/permits", {"permit_type": "MONTH", **wish})["number"]
    return things


def person(email: str):
    """Return somebody of harbor."""
    from parkops.accounts.models import User

    return User.objects.get(email=email)


@pytest.fixture(scope="module")
def session_of(served) -> Callable[[str], str]:
    """Tell the cookie of a new session of a person: `session_of("bob@harbor.example")`."""

    def session(email: str) -> str:
        return Site("harbor").login_as(person(email)).cookies[settings.SESSION_COOKIE_NAME].value

    return session


@pytest.fixture
def visitor(chromium, served) -> Iterator[Callable[..., browsers.Watched]]:
    """Open a browser for somebody: `visitor(width=360, scheme="dark", session="")`."""
    opened = []

    def opening(*, session: str = "", **options) -> browsers.Watched:
        watched = browsers.Watched(chromium, served.home, **options)
        opened.append(watched)
        return watched.sign_in(session) if session else watched

    yield opening
    for watched in opened:
        watched.close()
