"""What payments do outside a request: run in the tenant, twice is once, wait while the provider is away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from parkops.kernel.actors import PUBLIC
from payments import operations, tasks
from payments.models import Payment, Refund
from payments.settlement import Due
from tests.factories.payments import assert_sound, make_charge, owed, usd

pytestmark = pytest.mark.usefixtures("takes_cards", "raising")


@pytest.fixture
def paid(moment, remote, account):
    """A card payment whose money has come, of which nobody has told us."""
    payment = operations.start_card_payment(
        charge_ids=[make_charge(at=moment).public_id],
        return_path="",
        email="",
        by=PUBLIC,
        at=moment - timedelta(minutes=2),
    )
    remote.act(account, "pay", payment.session_id)
    return payment


def test_open_checkouts_and_refunds_are_settled(harbor, paid, moment):
    for _ in range(2):
        tasks.settle_open_checkouts(schema=harbor.schema_name)
    paid.refresh_from_db()
    assert paid.state == Payment.State.SUCCEEDED
    refund = operations.refund_payment(
        paid.number,
        amount=usd(1_000),
        reason="Kindness",
        by=PUBLIC,
        at=moment - timedelta(minutes=2),
    )
    for _ in range(2):
        tasks.settle_open_checkouts(schema=harbor.schema_name)
    refund.refresh_from_db()
    assert refund.state == Refund.State.SUCCEEDED
    assert_sound(timezone.now())


def test_a_refund_waits_while_the_provider_is_away(harbor, paid, moment, remote):
    operations.settle_checkout(paid.pk, at=moment)
    refund = operations.refund_payment(
        paid.number, amount=usd(1_000), reason="Kindness", by=PUBLIC, at=moment
    )
    remote.fault("500", path="/v1/refunds", method="POST", times=3)
    states = []
    for _ in range(2):
        tasks.send_refund(schema=harbor.schema_name, refund=refund.pk)
        refund.refresh_from_db()
        states.append(refund.state)
    assert states == [Refund.State.SUBMITTED, Refund.State.SUCCEEDED]


def test_a_page_that_another_replaced_is_closed(harbor, moment):
    payment = operations.start_card_payment(
        charge_ids=[make_charge(at=moment).public_id],
        return_path="",
        email="",
        by=PUBLIC,
        at=moment,
    )
    for _ in range(2):
        tasks.close_checkout(schema=harbor.schema_name, payment=payment.pk)
    payment.refresh_from_db()
    assert payment.state == Payment.State.CANCELLED


def test_late_fees_are_posted_once(harbor, moment, raising):
    charge = make_charge(at=moment)
    raising.due = lambda reference, at: Due(usd(5_500), None, "Late")
    for _ in range(2):
        tasks.bring_charges_up_to_date(schema=harbor.schema_name)
    assert owed(charge) == 5_500
    assert_sound(timezone.now())
