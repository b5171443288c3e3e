"""Who may appeal until when, and what may be decided."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from enforcement.rules import appeals, following
from parkops.kernel.decisions import Decision
from parkops.kernel.money import Money
from parkops.kernel.windows import Calendar
from parkops.programme.violation_schema import Appeal

ISSUED = date(2026, 11, 20)  # a Friday
CALENDAR = Appeal(within="21d", levels=("review", "hearing"))
BUSINESS = Appeal(within="5d", days="business")
HOLIDAYS = Calendar(((date(2026, 11, 26), date(2026, 11, 26)),))


def code(rule=CALENDAR, days=1, earlier=(), status="issued") -> str:
    return appeals.may_appeal(
        rule,
        status=status,
        issued_on=ISSUED,
        earlier=earlier,
        on=ISSUED + timedelta(days=days),
        holidays=HOLIDAYS,
    ).code


class TestMayAppeal:
    @pytest.mark.parametrize(("days", "expected"), [(0, ""), (21, ""), (22, "appeal_closed")])
    def test_includes_the_last_day(self, days, expected):
        assert code(days=days) == expected

    # Mon 23, Tue 24, Wed 25, (Thu 26 is a holiday), Fri 27, Mon 30 is ten days after the issue.
    @pytest.mark.parametrize(("days", "expected"), [(10, ""), (11, "appeal_closed")])
    def test_business_days_skip_weekends_and_holidays(self, days, expected):
        assert code(BUSINESS, days=days) == expected

    @pytest.mark.parametrize("status", ["warning", "voided", "dismissed"])
    def test_what_owes_nothing_is_not_appealed(self, status):
        assert code(status=status) == "not_appealable"

    def test_a_violation_without_appeals(self):
        assert code(None) == "not_appealable"

    def test_one_at_a_time(self):
        open_one, withdrawn = (
            appeals.Earlier("A-1", None),
            appeals.Earlier("A-2", ISSUED, "withdrawn"),
        )
        assert code(earlier=[open_one]) == "not_appealable"
        assert code(earlier=[open_one, withdrawn]) == "not_appealable"

    def test_the_next_level_counts_from_the_decision(self):
        decided = appeals.Earlier("A-1", ISSUED + timedelta(days=30), "upheld")
        assert code(days=51, earlier=[decided]) == ""
        assert code(days=52, earlier=[decided]) == "appeal_closed"

    def test_the_last_level_is_the_last(self):
        decided = appeals.Earlier("A-1", ISSUED, "upheld")
        assert code(earlier=[decided, decided]) == "appeal_closed"

    def test_without_a_term_at_any_time(self):
        assert code(Appeal(), days=9_000) == ""


class TestMayDecide:
    @pytest.mark.parametrize(
        ("known", "expected"),
        [
            ({}, ""),
            ({"decided_on": ISSUED}, "decided"),
            ({"conflict": Decision("own_citation", "You issued it.")}, "own_citation"),
            ({"unheard_at": "10 November, 09:00"}, "not_heard"),
            ({"fee_owed": "25.00"}, "fee_owed"),
        ],
    )
    def test_is_once_by_somebody_else_heard_and_paid(self, known, expected):
        assert appeals.may_decide(**{"decided_on": None} | known).code == expected


class TestCheckOutcome:
    @pytest.mark.parametrize(
        ("outcome", "minor", "expected"),
        [
            ("upheld", None, ""),
            ("dismissed", None, ""),
            ("reduced", 2_000, ""),
            ("reduced", None, "amount"),
            ("reduced", 0, "amount"),
            ("reduced", 4_000, "amount"),
            ("forgiven", None, "outcome"),
        ],
    )
    def test_only_a_reduction_has_an_amount_below_the_full_one(self, outcome, minor, expected):
        amount = None if minor is None else Money(minor, "USD")
        decision = appeals.check_outcome(outcome, amount, full=Money(4_000, "USD"))
        assert decision.code == expected


def test_the_lists_always_have_other():
    assert "other" in appeals.GROUNDS
    assert "other" in appeals.REASONS


class TestProgress:
    FACTS = following.Facts("", True, "", None, None, Money(0, "USD"), False, None, False)

    @pytest.mark.parametrize(
        ("heard", "now", "text"),
        [
            ("", 2, "your hearing is to be booked"),
            ("booked", 3, "your hearing is booked"),
            ("begun", 3, "a reviewer decides"),
            ("missed", 3, "a reviewer decides"),
        ],
    )
    def test_says_where_a_hearing_stands(self, heard, now, text):
        found = following.progress(replace(self.FACTS, heard=heard))
        assert (found.now, found.total, found.text) == (now, 4, text)

    def test_asks_for_the_fee_first_and_names_the_next_level_last(self):
        fee = following.progress(replace(self.FACTS, fee_owed=Money(2_500, "USD")))
        assert fee.now == 1
        ended = replace(
            self.FACTS, outcome="upheld", may_go_on=True, next_until=ISSUED, owed=Money(5, "USD")
        )
        told = " ".join(following.progress(ended).next)
        assert "next level until 20 November 2026" in told
        assert "$0.05 is to be paid" in told
