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
