"""What a citation comes to as time passes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import owed
from enforcement.rules.owed import Appealed, Case
from parkops.kernel.money import Money
from parkops.programme.violation_schema import ScheduleStep

ISSUED = date(2026, 6, 1)


def dollars(text: str) -> Money:
    return Money.parse(text, "USD")


HALF = ScheduleStep(within="7d", discount=Decimal("0.50"))
LATE = ScheduleStep(after="14d", add=dollars("15.00"))
TWICE = ScheduleStep(after="28d", times=Decimal(2))
AGENCY = ScheduleStep(after="60d", stage="collections")
FULL = (HALF, LATE, TWICE, AGENCY)


def case(*schedule: ScheduleStep, fine: str = "40.00", appeals: tuple[Appealed, ...] = ()) -> Case:
    return Case(dollars(fine), ISSUED, schedule, appeals)


def on(days: int) -> date:
    return ISSUED + timedelta(days=days)


class TestOwingOn:
    @pytest.mark.parametrize(
        ("days", "amount", "stage"),
        [
            (0, "20.00", ""),
            (7, "20.00", ""),
            (8, "40.00", ""),
            (14, "40.00", ""),
            (15, "55.00", ""),
            (28, "55.00", ""),
            (29, "110.00", ""),
            (60, "110.00", ""),
            (61, "110.00", "collections"),
        ],
    )
    def test_steps_hold_to_the_day(self, days, amount, stage):
        owing = owed.owing_on(case(*FULL), on(days))
        assert (owing.amount, owing.stage) == (dollars(amount), stage)

    def test_a_discount_of_money_and_steps_in_the_order_written(self):
        added_first = case(
            ScheduleStep(after="1d", add=dollars("10.00")),
            ScheduleStep(after="1d", times=Decimal(2)),
        )
        doubled_first = case(
            ScheduleStep(after="1d", times=Decimal(2)),
            ScheduleStep(after="1d", add=dollars("10.00")),
        )
        assert owed.owing_on(added_first, on(2)).amount == dollars("100.00")
        assert owed.owing_on(doubled_first, on(2)).amount == dollars("90.00")
        less = case(ScheduleStep(within="5d", discount=dollars("10.00")))
        assert owed.owing_on(less, on(5)).amount == dollars("30.00")

    def test_is_rounded_once_at_the_end(self):
        third = ScheduleStep(after="1d", times=Decimal("0.333"))
        assert owed.owing_on(case(third, third, fine="10.05"), on(2)).amount == dollars("1.11")

    def test_a_discount_larger_than_the_fine_leaves_nothing(self):
        much = ScheduleStep(within="5d", discount=dollars("90.00"))
        assert owed.owing_on(case(much), on(1)).amount == dollars("0.00")

    def test_an_open_appeal_stops_the_days(self):
        stopped = case(*FULL, appeals=(Appealed(on(10), pauses=True),))
        assert owed.owing_on(stopped, on(200)).amount == dollars("40.00")

    def test_an_appeal_that_pauses_nothing_lets_the_days_pass(self):
        open_ = case(*FULL, appeals=(Appealed(on(10), pauses=False),))
        assert owed.owing_on(open_, on(29)).amount == dollars("110.00")

    def test_a_refused_appeal_moves_the_days_back(self):
        refused = Appealed(on(10), True, on(30), "upheld")
        late = case(*FULL, appeals=(refused,))
        assert owed.owing_on(late, on(34)).amount == dollars("40.00")
        assert owed.owing_on(late, on(35)).amount == dollars("55.00")

    @pytest.mark.parametrize("pauses", [True, False])
    def test_a_refused_appeal_gives_the_days_of_the_discount_that_were_left(self, pauses):
        refused = Appealed(on(3), pauses, on(20), "upheld")
        again = case(HALF, appeals=(refused,))
        assert owed.owing_on(again, on(20)).amount == dollars("20.00")
        assert owed.owing_on(again, on(24)).amount == dollars("20.00")
        assert owed.owing_on(again, on(25)).amount == dollars("40.00")

    def test_the_discount_is_offered_again_once(self):
        first = Appealed(on(3), False, on(20), "upheld")
        second = Appealed(on(22), False, on(40), "upheld")
        assert owed.owing_on(case(HALF, appeals=(first, second)), on(40)).amount == dollars("40.00")

    def test_an_appeal_after_the_discount_gives_none(self):
        refused = Appealed(on(8), False, on(20), "upheld")
        assert owed.owing_on(case(HALF, appeals=(refused,)), on(20)).amount == dollars("40.00")

    def test_a_reduced_fine_is_what_is_owed_and_only_later_steps_add_to_it(self):
        reduced = Appealed(on(3), True, on(10), "reduced", dollars("25.00"))
        less = case(*FULL, appeals=(reduced,))
        assert owed.owing_on(less, on(9)).amount == dollars("20.00")
        assert owed.owing_on(less, on(10)).amount == dollars("25.00")
        assert owed.owing_on(less, on(21)).amount == dollars("25.00")
        assert owed.owing_on(less, on(22)).amount == dollars("40.00")

    def test_a_reduction_takes_in_what_was_added_before_it(self):
        reduced = Appealed(on(20), False, on(22), "reduced", dollars("25.00"))
        assert owed.owing_on(case(*FULL, appeals=(reduced,)), on(22)).amount == dollars("25.00")

    def test_a_dismissed_citation_owes_nothing_from_the_decision_on(self):
        dismissed = Appealed(on(3), True, on(10), "dismissed")
        gone = case(*FULL, appeals=(dismissed,))
        assert owed.owing_on(gone, on(9)).amount == dollars("20.00")
        assert owed.owing_on(gone, on(10)).amount == dollars("0.00")

    def test_what_was_decided_later_is_not_known_before(self):
        later = case(*FULL, appeals=(Appealed(on(3), True, on(40), "upheld"),))
        assert owed.owing_on(later, on(39)).amount == dollars("20.00")

    @given(
        fine=st.integers(0, 100_000),
        days=st.integers(0, 400),
        filed=st.integers(0, 100),
        took=st.integers(0, 100),
    )
    def test_a_pause_never_makes_anything_dearer(self, fine, days, filed, took):
        plain = Case(Money(fine, "USD"), ISSUED, FULL)
        refused = Appealed(on(filed), True, on(filed + took), "upheld")
        paused = Case(Money(fine, "USD"), ISSUED, FULL, (refused,))
        assert owed.owing_on(paused, on(days)).amount <= owed.owing_on(plain, on(days)).amount


class TestSteps:
    def test_says_each_change_with_its_day_and_reason(self):
        assert [(s.from_on, s.owed.amount, s.text) for s in owed.steps(case(*FULL), ISSUED)] == [
            (on(0), "20.00", "50% off until 8 June 2026."),
            (on(8), "40.00", "The discount has ended."),
            (on(15), "55.00", "$15.00 added after 14 days."),
            (on(29), "110.00", "Doubled after 28 days."),
            (on(61), "110.00", "Stage collections after 60 days."),
        ]

    def test_without_a_schedule_is_the_fine(self):
        assert [s.text for s in owed.steps(case(), ISSUED)] == ["The fine, $40.00."]

    def test_move_with_an_open_appeal(self):
        open_ = case(*FULL, appeals=(Appealed(on(10), True),))
        assert [s.from_on for s in owed.steps(open_, on(12))][2:3] == [on(17)]

    def test_tell_what_an_appeal_came_to(self):
        reduced = Appealed(on(3), True, on(10), "reduced", dollars("25.00"))
        told = owed.steps(case(*FULL, appeals=(reduced,)), on(12))
        assert (told[1].from_on, told[1].text) == (on(10), "Reduced to $25.00 on appeal.")

    @given(
        filed=st.integers(0, 90),
        took=st.integers(0, 90),
        pauses=st.booleans(),
        outcome=st.sampled_from(["upheld", "reduced", "dismissed"]),
    )
    def test_agree_with_what_is_owed_on_every_day(self, filed, took, pauses, outcome):
        amount = dollars("25.00") if outcome == "reduced" else None
        appeal = Appealed(on(filed), pauses, on(filed + took), outcome, amount)
        told = case(*FULL, appeals=(appeal,))
        last = on(400)
        steps = owed.steps(told, last)
        for days in range(filed + took, 260):
            current = [s for s in steps if s.from_on <= on(days)][-1]
            assert current.owed == owed.owing_on(told, on(days)).amount


class TestDueOn:
    @pytest.mark.parametrize(
        ("schedule", "days"), [(FULL, 14), ((HALF,), 30), ((), 30), ((AGENCY,), 60)]
    )
    def test_is_the_last_day_before_the_first_later_step(self, schedule, days):
        assert owed.due_on(case(*schedule), ISSUED) == on(days)

    def test_moves_with_a_pause(self):
        refused = Appealed(on(10), True, on(30), "upheld")
        assert owed.due_on(case(*FULL, appeals=(refused,)), on(31)) == on(34)


class TestFully:
    def test_leaves_discounts_out(self):
        assert owed.fully(case(*FULL), on(1)) == dollars("40.00")
