"""Which gateway an organization gets."""

from types import SimpleNamespace

import pytest

from payments import gateways
from payments.gateways.base import BadSignature, GatewayRejected
from tests.payments.gateways.test_events import BODY, signed

CAMPUS = SimpleNamespace(stripe_account="acct_campus")


@pytest.fixture
def configured(monkeypatch):
    """Settings as an installation would have them."""

    def configure(**values: str) -> None:
        settings = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "", **values}
        monkeypatch.setattr("payments.gateways.stripe.settings", SimpleNamespace(**settings))

    return configure


def test_acts_for_the_tenants_own_account(configured):
    configured()
    assert gateways.takes_cards(CAMPUS)
    assert gateways.for_tenant(CAMPUS).account == "acct_campus"


@pytest.mark.parametrize(
    ("key", "tenant"), [("", CAMPUS), ("sk_test_x", SimpleNamespace(stripe_account=""))]
)
def test_without_key_or_account_no_cards_are_taken(configured, key, tenant):
    configured(STRIPE_SECRET_KEY=key)
    assert not gateways.takes_cards(tenant)
    with pytest.raises(GatewayRejected) as refusal:
        gateways.for_tenant(tenant)
    assert refusal.value.code == "not_set_up"


def test_several_secrets_stand_in_one_setting(configured):
    configured(STRIPE_WEBHOOK_SECRET="whsec_new, whsec_old")
    gateway = gateways.for_tenant(CAMPUS)
    for secret in ("whsec_new", "whsec_old"):
        assert gateway.verify_event(BODY, signed(secret=secret)).id == "evt_1"
    with pytest.raises(BadSignature):
        gateway.verify_event(BODY, signed(secret="whsec_other"))
