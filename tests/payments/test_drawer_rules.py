"""What may be done with a drawer, and with notes and coins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.denominations import change_in, denominations, likely_given
from parkops.kernel.money import Money
from payments.rules import drawers as rules


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class TestDenominations:
    def test_change_is_the_fewest_pieces(self):
        told = [(one.each.amount, one.count) for one in change_in(usd(3_541))]
        assert told == [
            ("20.00", 1), ("10.00", 1), ("5.00", 1), ("0.25", 1), ("0.10", 1), ("0.05", 1),
            ("0.01", 1),
        ]  # fmt: skip

    @given(st.integers(min_value=0, max_value=10_000_000))
    def test_pieces_come_to_the_amount(self, minor):
        for currency in ("USD", "EUR", "JPY", "KWD", "XPF"):
            pieces = change_in(Money(minor, currency))
            assert sum(one.total.minor for one in pieces) == minor

    def test_what_is_smaller_than_the_smallest_coin_is_left_out(self):
        assert sum(one.total.minor for one in change_in(Money(1_003, "CAD"))) == 1_000

    @pytest.mark.parametrize("currency", ["USD", "CAD", "EUR", "JPY", "KWD", "CLP"])
    def test_are_whole_and_fall(self, currency):
        minors = [one.minor for one in denominations(currency)]
        assert minors == sorted(set(minors), reverse=True)
        assert minors[-1] >= 1

    def test_likely_is_what_the_next_notes_make(self):
        told = [one.amount for one in likely_given(usd(26_510))]
        assert told == ["266.00", "270.00", "280.00", "300.00"]
        assert [one.amount for one in likely_given(usd(4_000))] == ["50.00", "100.00"]
        assert likely_given(usd(0)) == []

    @given(st.integers(min_value=1, max_value=1_000_000))
    def test_likely_is_more_than_what_is_owed(self, minor):
        assert all(one.minor > minor for one in likely_given(usd(minor)))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, ""),
        ({"amount": 0}, "amount"),
        ({"amount": 10_001}, "too_much"),
        ({"kind": "paid_in", "amount": 10_001, "purpose": "bank"}, ""),
        ({"kind": "paid_in", "purpose": "expense"}, "purpose"),
        ({"purpose": "safe"}, "purpose"),
        ({"kind": "drop"}, "purpose"),
        ({"kind": "drop", "purpose": "safe", "reason": ""}, ""),
        ({"reason": ""}, "reason"),
        ({"reason": "for 4242 4242 4242 4242"}, "card_number"),
    ],
)
def test_cash_is_moved_for_a_reason_and_as_far_as_it_lies_there(told, code):
    usual = {"kind": "paid_out", "purpose": "expense", "amount": 500, "reason": "Stamps"}
    assert rules.may_move_cash(**{**usual, "lies_there": 10_000, **told}).code == code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, ""),
        ({"is_counted": False}, "drawer_not_counted"),
        ({"is_signed": True}, "drawer_signed"),
        ({"is_asked_again": True}, "recount_asked"),
        ({"is_own": True}, "own_drawer"),
        ({"is_explained": False}, "not_explained"),
    ],
)
def test_a_second_person_signs_what_is_counted_and_explained(told, code):
    usual = {
        "is_counted": True,
        "is_signed": False,
        "is_asked_again": False,
        "is_own": False,
        "is_explained": True,
    }
    assert rules.may_sign(**{**usual, **told}).code == code


def test_a_reason_is_asked_above_a_limit_both_ways():
    assert rules.needs_explaining(over=-201, above=200, explanation="")
    assert rules.needs_explaining(over=201, above=200, explanation="")
    assert not rules.needs_explaining(over=-200, above=200, explanation="")
    assert not rules.needs_explaining(over=-201, above=200, explanation="A coin rolled away")


@pytest.mark.parametrize(
    ("cash", "cheques", "counted", "code"),
    [
        (100, 0, 100, ""),
        (0, 100, 0, ""),
        (0, 0, 0, "nothing"),
        (100, 0, 99, "counted"),
        (-5, 100, 0, "nothing"),
    ],
)
def test_a_bag_holds_what_was_counted(cash, cheques, counted, code):
    decision = rules.may_deposit(
        cash=cash, cheques=cheques, counted=counted, shown="1.00", counted_shown="0.99"
    )
    assert decision.code == code
