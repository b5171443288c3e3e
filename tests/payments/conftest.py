"""Fixtures of the tests of payments."""

from datetime import UTC, datetime

import pytest
from django_tenants.utils import schema_context

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
