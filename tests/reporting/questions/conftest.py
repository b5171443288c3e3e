"""Citations to ask about."""

from tests.reporting.conftest import cite, make  # noqa: F401  fixtures
