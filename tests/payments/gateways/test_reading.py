"""How Stripe's words become ours, on the events that Stripe's own tools recorded too."""

import json
import re
from pathlib import Path

import pytest
from stripe.params.checkout import SessionCreateParams

from parkops.kernel.money import Money
from payments.gateways import reading
from payments.gateways.base import DisputeStatus, RefundStatus

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "stripe" / "webhook_events"


@pytest.mark.parametrize(
    ("tag", "page"),
    [
        ("en-CA", "en"), ("fr-CA", "fr-CA"), ("fr", "fr"), ("pt-BR", "pt-BR"), ("pt-PT", "pt"),
        ("en-US", "en"), ("de-AT", "de"), ("ar", ""), ("cy-GB", ""), ("", ""),
    ],
)  # fmt: skip
def test_chooses_a_language_that_the_page_speaks(tag, page):
    assert reading.checkout_locale(tag) == page


def test_knows_no_language_that_the_sdk_does_not_name():
    known = set(re.findall(r"'([\w-]+)'", str(SessionCreateParams.__annotations__["locale"])))
    assert known > {"en", "fr-CA"}
    assert known >= reading._PLAIN | reading._REGIONAL


def recorded(name: str) -> dict:
    """The object of a recorded event, or a skip that says why."""
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no recorded events at {RECORDED}")
    return json.loads(path.read_text())["data"]["object"]


class TestRecordedEvents:
    def test_a_refund_is_read(self):
        state = reading.refund_state(recorded("charge.refund.updated"))
        assert (state.status, state.amount) == (RefundStatus.SUCCEEDED, Money(100, "USD"))

    def test_a_dispute_that_took_money_is_read(self):
        body = {"payment_intent": None, **recorded("charge.dispute.funds_withdrawn")}
        state = reading.dispute_state(body)
        assert state.status is DisputeStatus.NEEDS_RESPONSE
        assert (state.withdrawn, state.fee) == (Money(25000, "USD"), Money(1500, "USD"))

    def test_an_inquiry_takes_nothing(self):
        state = reading.dispute_state(recorded("charge.dispute.created"))
        assert (state.withdrawn.minor, state.fee) == (0, None)
        assert state.respond_by is not None
