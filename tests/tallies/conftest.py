from tests.permits.conftest import hold, pay, person, sell  # noqa: F401  fixtures
