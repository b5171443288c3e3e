"""Fixtures of the enforcement tests."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture
def time_at():
    """Go to a moment after NOW: `with time_at(days=3): ...`."""

    @contextmanager
    def travel(**after):
        with time_machine.travel(NOW + timedelta(**after), tick=False):
            yield NOW + timedelta(**after)

    return travel


@pytest.fixture
def post(site, token):
    """Post to the API as an administrator's system; gives the body of the answer."""
    header = token("admin")

    def send(path: str, body: dict) -> dict:
        response = site.post(
            f"/api/v1{path}", body, headers=header, content_type="application/json"
        )
        assert response.status_code in (200, 201), response.content
        return response.json()

    return send


@pytest.fixture
def fresh_limits(monkeypatch):
    """Let the test begin with no tries counted: its clock stands, and so would the minute."""
    from parkops.api import limits

    tries: dict[str, int] = {}

    def allow(key: str, *, per_second: int = 0, per_minute: int = 0) -> bool:
        tries[key] = tries.get(key, 0) + 1
        return tries[key] <= (per_second or per_minute)

    monkeypatch.setattr(limits, "allow", allow)
