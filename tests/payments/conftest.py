"""Fixtures of the tests of payments."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django_tenants.utils import schema_context

from parkops.tallies import operations as tallies
from parkops.tenancy.models import Tenant
from payments import settlement
from tests.factories.payments import CLERK, Raising
from tests.payments.standin.fixtures import (  # noqa: F401
    SECRET,
    account,
    ear,
    remote,
    standin,
    visitor,
)


@pytest.fixture
def raising(monkeypatch) -> Raising:
    """Answer for the charges of permits and citations."""
    one = Raising()
    for kind in ("permit", "deposit", "citation"):
        monkeypatch.setitem(settlement._raisers, kind, one.raiser())
    return one


@pytest.fixture
def takes_cards(harbor, settings, standin, account):  # noqa: F811
    """Let harbor take cards, at a stand-in for the provider."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_these_tests"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_BASE = standin.url
    harbor.stripe_account = account
    with schema_context("public"):
        Tenant.objects.filter(pk=harbor.pk).update(stripe_account=account)
    return harbor


@pytest.fixture
def moment() -> datetime:
    """The clock that the stand-in goes by."""
    return datetime.now(UTC)


@pytest.fixture
def ana(harbor, now):
    """A customer."""
    from parkops.customers.operations import register_customer

    return register_customer(email="ana@example.test", name="Ana Ruiz", by=CLERK, at=now)


@pytest.fixture
def drifts():
    """Say of a test that it writes rows by hand: the figures that are kept of them do not follow."""


@pytest.fixture(autouse=True)
def nothing_drifts(request):
    """Whatever a test does by operations, the kept figures are as counting the rows says."""
    names = request.fixturenames
    tenants = [name for name in ("own_database", "harbor") if name in names]
    if "drifts" in names or not tenants:
        yield
        return
    request.getfixturevalue(tenants[0])
    now = request.getfixturevalue("now")
    yield
    if not connection.needs_rollback:
        assert tallies.check(at=now).drifts == []
