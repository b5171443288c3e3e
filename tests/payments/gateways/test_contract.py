"""The contract of a gateway, against the stand-in and, where a key is given, against Stripe."""

import os

import pytest

from payments.gateways.stripe import StripeGateway
from tests.payments.gateways.contract import GatewayContract


class TestAgainstTheStandin(GatewayContract):
    """Offline, always."""


if key := os.environ.get("STRIPE_TEST_KEY"):

    @pytest.mark.enable_socket
    class TestAgainstStripe(GatewayContract):
        """With a test key, and a connected test account in STRIPE_TEST_ACCOUNT if there is one."""

        @pytest.fixture
        def gateway(self) -> StripeGateway:
            return StripeGateway(secret_key=key, account=os.environ.get("STRIPE_TEST_ACCOUNT", ""))
