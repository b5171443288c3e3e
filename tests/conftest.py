"""Fixtures shared by all tests: databases, the two tenants, the people, their browsers."""

import functools
import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection, connections
from django.test import Client
from django.test.client import ClientHandler
from django.utils import translation
from hypothesis import settings as hypothesis

from tests import databases, seed

_numbers = count(1)
LONGEST = "test_every_page.py"
# Half of what the longest file takes: it is done in two parts, so that both workers have one.
ITS_FIRST_HALF = ("[administrator]", "[accountant]")
# Files of few tests that take long all the same; those of the browser, and those of many tests, are known.
LONG = (
    "test_matrix.py",
    "test_servers.py",
    "test_demo_scenes.py",
    "test_gallery.py",
    "test_catalogue.py",
)
MANY = 40  # tests in a file

# A busy machine is no fault of the property under test.
hypothesis.register_profile("parkops", deadline=None)
hypothesis.load_profile("parkops")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes: a long file begun last would run alone.

    At the beginning one worker makes the template, for the first half of the longest file. Meanwhile another
    does what needs no database, and then the second half; then follow the other files of the browser, and
    those that are long or have many tests.
    """
    tests = Counter(item.path for item in items)

    def place(item: pytest.Item) -> int:
        if item.path.name == LONGEST:
            return 0 if item.name.endswith(ITS_FIRST_HALF) else 2
        if {"architecture", "kernel"} & {*item.path.parts}:
            return 1
        if "browser" in item.path.parts:
            return 3
        is_long = item.path.name in LONG or tests[item.path] >= MANY
        return 4 if is_long else 5

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Keep each file in one worker, but for the longest, whose two halves may go to two."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileAndHalf(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return f"{file} 1" if LONGEST in file and nodeid.endswith(ITS_FIRST_HALF) else file

    return ByFileAndHalf(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays, Django and every test: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """Give this run a copy of the template database."""
    name = f"parkops_test_{os.getpid()}_{next(_numbers)}"
    before = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        databases.copy(name)
        databases.use(name)
    yield
    with django_db_blocker.unblock():
        databases.use(before)
        databases.drop(name)
    media = Path(settings.MEDIA_ROOT)
    if media.name.startswith("parkops-test-"):
        shutil.rmtree(media, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[redis.Redis]:
    """The server of the cache, over one connection."""
    with redis.from_url(settings.REDIS_URL) as store:
        yield store


@pytest.fixture(autouse=True)
def fresh_memory(valkey) -> None:
    """Forget between tests what is remembered of tenants, their programmes, figures and language."""
    from parkops.programme import queries
    from parkops.tenancy import hosts

    translation.deactivate()
    queries.forget()
    hosts.forget()
    caches["near"].clear()
    if remembered := [*valkey.scan_iter(f"*:{cache.key_prefix}:*", count=1000)]:
        valkey.delete(*remembered)


def _tenant(slug: str):
    from parkops.tenancy.models import Tenant

    connection.set_schema_to_public()
    return Tenant.objects.get(slug=slug)


@pytest.fixture
def harbor(db) -> Iterator:
    """The tenant `harbor`, current."""
    tenant = _tenant("harbor")
    connection.set_tenant(tenant)
    yield tenant
    connection.set_schema_to_public()


@pytest.fixture
def hillside(db):
    """The other tenant, not current."""
    before = connection.tenant
    tenant = _tenant("hillside")
    connection.set_tenant(before)
    return tenant


@pytest.fixture
def own_database(django_db_setup, django_db_blocker) -> Iterator:
    """A database of its own for a test that commits or uses threads; `harbor` is current in it."""
    name = f"parkops_test_{os.getpid()}_{next(_numbers)}"
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        databases.copy(name)
        databases.use(name)
        try:
            tenant = _tenant("harbor")
            connection.set_tenant(tenant)
            yield tenant
        finally:
            connection.set_schema_to_public()
            connections.close_all()
            databases.use(before)
            databases.drop(name)


@pytest.fixture
def now() -> datetime:
    """An ordinary working moment: Tuesday 10 November 2026, 10:15 in New York."""
    return datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


def _person(email: str):
    from parkops.accounts.models import User

    return User.objects.get(email=email)


@pytest.fixture
def alice(harbor):
    """Harbor's administrator."""
    return _person("alice@harbor.example")


@pytest.fixture
def bob(harbor):
    """Harbor's officer."""
    return _person("bob@harbor.example")


@pytest.fixture
def clara(harbor):
    """Harbor's clerk."""
    return _person("clara@harbor.example")


@pytest.fixture
def rita(harbor):
    """Harbor's reviewer."""
    return _person("rita@harbor.example")


@pytest.fixture
def amos(harbor):
    """Harbor's accountant."""
    return _person("amos@harbor.example")


@pytest.fixture
def otto(harbor):
    """Harbor's auditor."""
    return _person("otto@harbor.example")


@pytest.fixture
def dana(harbor):
    """A customer of harbor who can sign in."""
    return _person("dana@customer.example")


@pytest.fixture
def charlie(hillside):
    """Hillside's administrator."""
    from django_tenants.utils import tenant_context

    with tenant_context(hillside):
        return _person("charlie@hillside.example")


@functools.cache
def _server() -> ClientHandler:
    """The application with its middleware, set up once: setting it up reads every static file."""
    return ClientHandler(enforce_csrf_checks=False)


class Site(Client):
    """A browser on one tenant's host."""

    def __init__(self, slug: str) -> None:
        super().__init__(SERVER_NAME=f"{slug}.{settings.DOMAIN}")
        self.handler = _server()
        self.slug = slug

    def login_as(self, user) -> "Site":
        """Sign `user` in here; returns this browser."""
        from django_tenants.utils import tenant_context

        before = connection.tenant
        try:
            with tenant_context(_tenant(self.slug)):
                self.force_login(user)
        finally:
            connection.set_tenant(before)
        return self

    def request(self, **request):
        """Send a request as a server would: afterwards the test's own tenant is current again."""
        before = connection.tenant
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(before)


@pytest.fixture
def site(harbor) -> Site:
    """A browser on harbor's site."""
    return Site("harbor")


@pytest.fixture
def other_site(harbor, hillside) -> Site:
    """A browser on hillside's site."""
    return Site("hillside")


@pytest.fixture
def token(harbor) -> Callable[..., dict[str, str]]:
    """Make an API token of harbor: `token("permits:read")` gives the header to send."""
    from parkops.accounts import operations as accounts
    from parkops.kernel.actors import SYSTEM

    def make(*scopes: str) -> dict[str, str]:
        secret = accounts.create_token(
            name="test", scopes=[*scopes] or ["admin"], by=SYSTEM, at=seed.BEGAN
        )[1]
        return {"authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def queued(harbor) -> Callable[[], list[tuple[str, dict]]]:
    """Tell what `later` has promised so far: [(task, arguments)]."""
    from parkops.tenancy.models import OutboxEntry

    def tell() -> list[tuple[str, dict]]:
        rows = OutboxEntry.objects.order_by("pk")
        return [(row.task, row.arguments) for row in rows]

    return tell


@functools.cache
def _read(text: str):
    """Read the text of a programme; many tests apply the same."""
    from parkops.programme import load

    return load.load(text, "test.yaml")


@pytest.fixture
def apply_programme(harbor) -> Callable[..., int]:
    """Apply a programme text as harbor's next version: returns its number."""
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import operations as programme

    def apply(text: str, *, at: datetime | None = None) -> int:
        read = _read(text)
        loaded = replace(read, document=deepcopy(read.document))
        when = at or datetime(2026, 2, 1, tzinfo=UTC)
        return programme.apply_version(loaded, begins_at=when, by=SYSTEM, at=when).number

    return apply
