"""The contract of a gateway: of Stripe's against the stand-in and, where a key is given, against Stripe;
of the bank transfer's against statements that are read in."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from parkops.kernel.money import Money
from payments import operations, queries
from payments.gateways.base import GatewayRejected
from payments.gateways.stripe import StripeGateway
from payments.gateways.transfer import BankTransfer
from tests.factories.payments import CLERK
from tests.factories.statements import Entry, camt
from tests.payments.gateways.contract import GatewayContract
from tests.payments.standin.fixtures import checkout

_numbers = count(1)
Pay = Callable[[str, int], None]


class OfStripe(GatewayContract):
    """Payments without a page are made with the provider's test card."""

    @pytest.fixture
    def paid_intent(self, gateway) -> str:
        intent = gateway.client.v1.payment_intents.create(
            {
                "amount": 2000,
                "currency": "cad",
                "confirm": True,
                "payment_method": "pm_card_visa",
                "payment_method_types": ["card"],
            },
            gateway._options(),
        )
        return intent.id

    def test_a_page_shorter_than_half_an_hour_is_refused(self, gateway):
        soon = datetime.now(UTC) + timedelta(minutes=20)
        with pytest.raises(GatewayRejected):
            gateway.start_checkout(checkout(expires_at=soon))


class TestAgainstTheStandin(OfStripe):
    """Offline, always."""

    @pytest.fixture
    def pay(self, gateway, remote, account) -> Pay:
        def pay(session_id: str, minor: int) -> None:
            assert gateway.look_up(session_id).amount.minor == minor
            remote.act(account, "pay", session_id)

        return pay


@pytest.mark.usefixtures("harbor")
class TestByBankTransfer(GatewayContract):
    """A customer's bank sends money, and our bank's statement tells of it."""

    TOO_LITTLE = Money(-1, "CAD")

    @pytest.fixture
    def gateway(self, harbor) -> BankTransfer:
        return BankTransfer.of_tenant(harbor)

    @pytest.fixture
    def pay(self, moment) -> Pay:
        def pay(session_id: str, minor: int) -> None:
            asked = queries.transfer_of(session_id)
            entry = Entry(
                f"{minor / 100:.2f}",
                reference=asked.reference,
                bank_reference=f"C{next(_numbers)}",
                on=moment.date().isoformat(),
            )
            [line] = operations.read_statement(camt(entry), name="day.xml", by=CLERK, at=moment).new
            assert queries.lines_of_transfer(asked)[-1].pk == line

        return pay

    @pytest.fixture
    def paid_intent(self, gateway, pay) -> str:
        started = gateway.start_checkout(checkout(Money(2_000, "CAD")))
        pay(started.session_id, 2_000)
        return gateway.look_up(started.session_id).intent_id


if key := os.environ.get("STRIPE_TEST_KEY"):

    @pytest.mark.enable_socket
    class TestAgainstStripe(OfStripe):
        """With a test key, and a connected test account in STRIPE_TEST_ACCOUNT if there is one."""

        @pytest.fixture
        def gateway(self) -> StripeGateway:
            return StripeGateway(secret_key=key, account=os.environ.get("STRIPE_TEST_ACCOUNT", ""))

        @pytest.fixture
        def pay(self) -> Pay:
            pytest.skip("a page at Stripe is paid by a person")
