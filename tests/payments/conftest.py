"""Fixtures of the tests of payments."""

import pytest

from payments import settlement
from tests.factories.payments import Raising


@pytest.fixture
def raising(monkeypatch) -> Raising:
    """Answer for the charges of permits and citations."""
    one = Raising()
    for kind in ("permit", "citation"):
        monkeypatch.setitem(settlement._raisers, kind, one.raiser())
    return one
