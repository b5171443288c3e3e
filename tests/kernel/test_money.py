"""Money: exact, rounded half up once, never mixed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.money import CURRENCIES, DECIMALS, Money, decimals


class TestParse:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("45.00", "CAD", 4500),
            ("45.5", "CAD", 4550),
            ("45", "CAD", 4500),
            ("0.05", "USD", 5),
            ("-0.05", "USD", -5),
            ("9998", "JPY", 9998),
            ("1.005", "KWD", 1005),
            ("1.5", "BHD", 1500),
        ],
    )
    def test_is_exact(self, text, currency, minor):
        assert Money.parse(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("45.001", "CAD"),
            ("1.5", "JPY"),
            ("1.0", "KRW"),
            ("10.00", "CLP"),
            ("5.0", "VND"),
            ("1.0005", "KWD"),
            ("", "CAD"),
            ("1,50", "CAD"),
            ("1e3", "CAD"),
            ("+1", "CAD"),
            (" 1", "CAD"),
            (".5", "CAD"),
            ("٤", "CAD"),
            ("NaN", "CAD"),
            ("Infinity", "CAD"),
        ],
    )
    def test_refuses_what_is_no_amount_of_the_currency(self, text, currency):
        with pytest.raises(ValueError):
            Money.parse(text, currency)

    @given(st.data(), st.sampled_from(sorted(CURRENCIES)))
    def test_takes_back_what_amount_gives(self, data, currency):
        """Of every amount that can be written: twelve digits before the point."""
        most = 10 ** (12 + decimals(currency)) - 1
        minor = data.draw(st.integers(-most, most))
        money = Money(minor, currency)
        assert Money.parse(money.amount, currency) == money
        assert money.decimal * 10 ** decimals(currency) == minor


class TestRoundHalfUp:
    @pytest.mark.parametrize(
        ("minor", "rounded"),
        [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1), ("-2.5", -3), ("7", 7)],
    )
    def test_sends_a_half_away_from_zero(self, minor, rounded):
        assert Money.round_half_up(Decimal(minor), "EUR").minor == rounded


class TestAmount:
    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [
            (4500, "CAD", "45.00"),
            (0, "USD", "0.00"),
            (-5, "USD", "-0.05"),
            (12, "JPY", "12"),
            (1, "KWD", "0.001"),
        ],
    )
    def test_has_all_the_decimals_of_the_currency(self, minor, currency, text):
        assert Money(minor, currency).amount == text


class TestArithmetic:
    def test_adds_subtracts_and_negates(self):
        assert Money(5, "EUR") + Money(7, "EUR") - Money(2, "EUR") == Money(10, "EUR")
        assert -Money(5, "EUR") == Money(-5, "EUR")
        assert 3 * Money(5, "EUR") == Money(15, "EUR")

    def test_refuses_floats(self):
        with pytest.raises(TypeError):
            Money(5, "EUR") * 1.5

    @pytest.mark.parametrize("act", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
    def test_refuses_two_currencies(self, act):
        with pytest.raises(ValueError):
            getattr(Money(5, "EUR"), act)(Money(5, "USD"))

    def test_differs_between_currencies(self):
        assert Money(5, "EUR") != Money(5, "USD")


def test_every_currency_with_other_decimals_is_in_use():
    assert set(DECIMALS) <= CURRENCIES
