"""How amounts are written for Stripe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.money import CURRENCIES, Money
from payments.gateways.amounts import NotChargeable, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (1000, "CAD", 1000),
        (500, "JPY", 500),
        (5120, "KWD", 5120),
        (5, "ISK", 500),
        (7, "UGX", 700),
        (1200, "MGA", 12),
        (1000, "HUF", 1000),
    ],
)
def test_writes_stripes_smallest_unit(minor, currency, units):
    assert to_stripe(Money(minor, currency)) == units
    assert from_stripe(units, currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "word"),
    [(-1, "USD", "below zero"), (5124, "KWD", "hundredths"), (1250, "MGA", "whole units")],
)
def test_refuses_what_no_card_can_be_charged(minor, currency, word):
    with pytest.raises(NotChargeable, match=word):
        to_stripe(Money(minor, currency))


@given(st.integers(0, 10**10), st.sampled_from(sorted(CURRENCIES)))
def test_what_is_written_is_read_back(minor, currency):
    try:
        units = to_stripe(Money(minor, currency))
    except NotChargeable:
        return
    assert from_stripe(units, currency) == Money(minor, currency)


def test_a_fee_finer_than_the_currency_is_cut_toward_zero():
    assert from_stripe(44, "isk") == Money(0, "ISK")
    assert from_stripe(-149, "isk") == Money(-1, "ISK")
