"""A tenant costs no statement of its own: what is sent to the database is read off the wire."""

import json

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import RequestFactory

from bench.statements import sent
from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM
from tests.isolation.conftest import NOW


@pytest.fixture
def serve(own_database):
    """Serve a call of harbor's API as the web server does, from the first signal to the last."""
    application = get_wsgi_application()
    made = accounts.create_token(name="wire", scopes=["admin"], by=SYSTEM, at=NOW)
    connection.close()

    def call(path: str, method: str = "GET", body: dict | None = None) -> str:
        factory = RequestFactory(
            SERVER_NAME="harbor.localhost", HTTP_AUTHORIZATION=f"Bearer {made.secret}"
        )
        data = json.dumps(body).encode() if body else b""
        environ = factory.generic(method, f"/api/v1/{path}", data, "application/json").environ
        said: list[str] = []
        answer = application(environ, lambda status, headers: said.append(status))
        b"".join(answer)
        answer.close()
        return said[0]

    return call


def test_a_view_with_one_query_sends_one_statement(serve):
    def ask():
        assert serve("reports").startswith("200")

    ask()
    statements = sent(ask)
    assert len(statements) == 1, statements
    assert "accounts_apitoken" in statements[0] or statements[0].startswith("SELECT")


def test_a_plate_check_sends_few_and_no_more_the_second_time(serve):
    def ask():
        body = {"plate": "ABC 123", "zone": "LOT-A", "at": NOW.isoformat()}
        assert serve("plate-checks", "POST", body).startswith("200")

    ask()
    first, second = sent(ask), sent(ask)
    assert len(first) == len(second) <= 3, first
    assert not [text for text in second if "search_path" in text]


def test_a_connection_that_was_cut_is_opened_anew(serve, monkeypatch):
    assert serve("zones").startswith("200")
    backend = connection.connection.info.backend_pid
    from tests.databases import maintenance

    with maintenance() as session:
        session.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    monkeypatch.setattr(connection, "_well_at", 0.0)
    assert serve("zones").startswith("200")
    assert connection.connection.info.backend_pid != backend


def test_after_an_error_the_next_request_looks_whether_the_server_is_there(serve):
    assert serve("zones").startswith("200")
    backend = connection.connection.info.backend_pid
    from tests.databases import maintenance

    with maintenance() as session:
        session.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    # Found well less than a second ago: this one request may find out the hard way, and no other.
    serve("zones")
    assert serve("zones").startswith("200")
