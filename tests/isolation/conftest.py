"""Harbor with one of everything in it, and hillside with nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
import time_machine
from django.db import connection
from psycopg import sql

from parkops.accounts import operations as accounts
from parkops.accounts.models import User
from parkops.kernel.actors import SYSTEM
from tests import databases
from tests.conftest import Site, _tenant
from tests.isolation.things import Things

NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _without_limits(monkeypatch):
    """The clock stands still, so all that is asked would be asked in one second."""
    monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)


@pytest.fixture
def harbors_token(token):
    """A token of harbor that may do everything."""
    return token("admin")["authorization"]


@pytest.fixture(scope="module")
def _things(django_db_setup, django_db_blocker) -> Iterator[Things]:
    """One of everything in harbor, made once for a module: it takes a second."""
    with databases.standing(django_db_blocker):
        with (
            django_db_blocker.unblock(),
            pytest.MonkeyPatch.context() as patch,
            time_machine.travel(NOW, tick=False),
        ):
            patch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
            connection.set_tenant(_tenant("harbor"))
            made = accounts.create_token(name="things", scopes=["admin"], by=SYSTEM, at=NOW)
            api = Site("harbor")
            api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"
            dana = User.objects.get(email="dana@customer.example")
            things = Things(api, user=dana, at=NOW)
        yield things


@pytest.fixture
def things(_things, harbor) -> Things:
    """One of everything, in harbor."""
    return _things


@pytest.fixture
def state_of():
    """Tell what stands in every table of a schema, as one digest for each: `state_of("t_harbor")`."""

    def look(schema: str) -> dict[str, str]:
        found = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema]
            )
            for (table,) in cursor.fetchall():
                cursor.execute(
                    sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(
                        sql.Identifier(schema, table)
                    )
                )
                found[table] = sha256(repr(cursor.fetchall()).encode()).hexdigest()
        return found

    return look
