"""Who may pay in instalments, in which parts, and how a plan stands as time passes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Decision
from parkops.kernel.money import Money
from parkops.programme.plan_schema import PlanScheme
from payments.rules import plans
from payments.rules.plans import Owing, Part

TODAY = date(2026, 11, 10)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def scheme(**keys) -> PlanScheme:
    document = {"code": "X", "name": "Plan", "instalments": 6, **keys}
    return PlanScheme.model_validate(document, context={"currency": "USD"})


INDIGENT = scheme(
    name="Plan for people on low income",
    documents=["Proof of income"],
    most="300.00",
    within="60d",
    after_decision="10d",
    instalments=18,
    each_most="25.00",
    setup_fee="5.00",
    late_fees="waive",
    extensions=1,
    extension="45d",
    reinstatements=1,
)
"""California's AB 503, as towns publish it."""
STUDENT = scheme(audience=["STUDENT"], least="100.00", instalments=4, down="25%")
STAFF = scheme(
    audience=["STAFF"], charges=["citation", "permit"], every="two-weeks", instalments=26
)


def owing(minor: int = 20_000, **more) -> Owing:
    return Owing(
        **{"kind": "citation", "reference": "C-1", "since": TODAY, **more}, owed=usd(minor)
    )


class TestWhoMayHaveOne:
    @pytest.mark.parametrize(
        ("kind", "rows", "audiences", "code"),
        [
            (INDIGENT, [owing()], (), ""),
            (INDIGENT, [owing(30_000)], (), ""),
            (INDIGENT, [owing(20_000), owing(10_001)], (), "too_much"),
            (INDIGENT, [], (), "nothing_owed"),
            (INDIGENT, [owing(since=TODAY - timedelta(days=60))], (), ""),
            (INDIGENT, [owing(since=TODAY - timedelta(days=61))], (), "too_late"),
            (
                INDIGENT,
                [owing(since=TODAY - timedelta(days=90), decided_on=TODAY - timedelta(days=10))],
                (),
                "",
            ),
            (
                INDIGENT,
                [owing(since=TODAY - timedelta(days=90), decided_on=TODAY - timedelta(days=11))],
                (),
                "too_late",
            ),
            (INDIGENT, [owing(kind="permit")], (), "kind"),
            (INDIGENT, [owing(is_held=True)], (), "held"),
            (scheme(while_held=True), [owing(is_held=True)], (), ""),
            (INDIGENT, [owing(is_planned=True)], (), "on_plan"),
            (INDIGENT, [owing(own=Decision("on_appeal", "On appeal."))], (), "on_appeal"),
            (STUDENT, [owing()], ("student",), ""),
            (STUDENT, [owing()], ("STAFF",), "not_for_you"),
            (STUDENT, [owing(9_999)], ("STUDENT",), "too_little"),
            (STAFF, [owing(), owing(kind="permit")], ("STAFF",), ""),
        ],
    )
    def test_is_said_with_the_reason(self, kind, rows, audiences, code):
        decision = plans.may_hold(kind, rows, audiences=audiences, on=TODAY)
        assert (decision.code, bool(decision)) == (code, not code)
        assert bool(decision.reason) == bool(code)


class TestNumberOfInstalments:
    @pytest.mark.parametrize(
        ("kind", "minor", "first", "last"),
        [
            (INDIGENT, 30_000, 12, 18),
            (INDIGENT, 4_000, 2, 18),
            (STUDENT, 20_000, 1, 4),
            (scheme(each_least="50.00"), 20_000, 2, 4),
            (scheme(), 3, 2, 3),
        ],
    )
    def test_follows_the_least_and_the_most_of_each(self, kind, minor, first, last):
        allowed = plans.counts(kind, usd(minor))
        assert (allowed[0], allowed[-1]) == (first, last)
        assert plans.may_have(kind, usd(minor), first)
        assert plans.may_have(kind, usd(minor), last + 1).code == "instalments"

    def test_may_be_none(self):
        assert plans.may_have(scheme(each_most="10.00"), usd(7_000)).code == "no_schedule"


class TestSchedule:
    def test_begins_with_the_first_part_and_falls_on_the_same_day_of_each_month(self):
        found = plans.schedule(STUDENT, usd(10_001), 3, start=date(2027, 1, 31))
        assert found == [
            Part(date(2027, 1, 31), 2_500),
            Part(date(2027, 2, 28), 2_501),
            Part(date(2027, 3, 31), 2_500),
            Part(date(2027, 4, 30), 2_500),
        ]

    def test_counts_weeks(self):
        found = plans.schedule(STAFF, usd(300), 3, start=TODAY)
        assert [part.due_on - TODAY for part in found] == [timedelta(weeks=n) for n in (2, 4, 6)]

    @given(
        st.integers(1, 10**9),
        st.integers(1, 60),
        st.sampled_from(["week", "two-weeks", "month"]),
        st.sampled_from([None, "10%", "33.3%", "12.34", "100%"]),
        st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    )
    def test_adds_up_and_its_days_are_in_order(self, minor, most, every, down, start):
        kind = scheme(instalments=most, every=every, **({"down": down} if down else {}))
        for count in plans.counts(kind, usd(minor)):
            found = plans.schedule(kind, usd(minor), count, start=start)
            assert sum(part.minor for part in found) == minor
            assert all(part.minor > 0 for part in found)
            days = [part.due_on for part in found]
            assert days == sorted(set(days))
            regular = [part.minor for part in found if part.due_on != start]
            assert not regular or max(regular) - min(regular) <= 1


class TestProgress:
    PARTS = (Part(date(2026, 12, 1), 2_500), Part(date(2027, 1, 1), 2_500))

    @pytest.mark.parametrize(
        ("left", "on", "late", "now", "states", "over"),
        [
            (5_000, date(2026, 11, 10), 0, 2_500, ("open", "open"), False),
            (5_000, date(2026, 11, 28), 0, 2_500, ("due", "open"), False),
            (5_000, date(2026, 12, 1), 0, 2_500, ("due", "open"), False),
            (5_000, date(2026, 12, 2), 2_500, 2_500, ("late", "open"), False),
            (4_000, date(2026, 12, 11), 1_500, 1_500, ("late", "open"), False),
            (4_000, date(2026, 12, 12), 1_500, 1_500, ("late", "open"), True),
            (2_500, date(2026, 12, 12), 0, 2_500, ("paid", "open"), False),
            (0, date(2027, 5, 1), 0, 0, ("paid", "paid"), False),
        ],
    )
    def test_what_was_paid_counts_in_order(self, left, on, late, now, states, over):
        told = plans.progress(self.PARTS, left=left, grace=10, on=on)
        assert (told.late, told.now, told.is_over) == (late, now, over)
        assert tuple(step.state for step in told.steps) == states
        assert told.is_paid == (left == 0)

    @given(
        st.lists(st.integers(1, 9_999), min_size=1, max_size=24),
        st.integers(0, 200_000),
        st.integers(-40, 900),
    )
    def test_parts_and_what_is_left_agree(self, amounts, left, day):
        parts = [Part(TODAY + timedelta(days=30 * n), one) for n, one in enumerate(amounts)]
        left = min(left, sum(amounts))
        told = plans.progress(parts, left=left, grace=10, on=TODAY + timedelta(days=day))
        assert sum(step.left for step in told.steps) == left
        assert told.late <= left
        assert told.now <= left

    def test_putting_off_moves_what_is_not_paid(self):
        moved = plans.put_off(self.PARTS, by_days=45, left=2_600)
        assert [part.due_on for part in moved] == [date(2027, 1, 15), date(2027, 2, 15)]
        assert plans.put_off(self.PARTS, by_days=45, left=2_500)[0] == self.PARTS[0]

    @pytest.mark.parametrize(
        ("paid_before", "paid", "amount", "left"),
        [
            (0, 0, 4_000, 4_000),
            (0, 1_000, 4_000, 3_000),
            (500, 1_500, 4_500, 3_000),
            (0, 1_000, 6_000, 3_000),
            (0, 1_000, 2_000, 1_000),
            (0, 0, 0, 0),
        ],
    )
    def test_late_fees_that_came_back_are_no_part_of_it(self, paid_before, paid, amount, left):
        told = plans.left_of(owed=4_000, paid_before=paid_before, paid=paid, amount=amount)
        assert told == left


class TestAfterIt:
    @pytest.mark.parametrize(
        ("state", "times", "code"),
        [("running", 0, ""), ("running", 1, "no_extension"), ("completed", 0, "not_running")],
    )
    def test_dates_are_put_off_as_often_as_the_rule_says(self, state, times, code):
        assert plans.may_put_off(INDIGENT, times=times, state=state).code == code
        assert plans.may_put_off(STUDENT, times=0, state="running").code == "no_extension"

    @pytest.mark.parametrize(
        ("state", "times", "days", "late", "code"),
        [
            ("defaulted", 0, 30, 0, ""),
            ("defaulted", 0, 31, 0, "too_late"),
            ("defaulted", 1, 0, 0, "no_reinstatement"),
            ("defaulted", 0, 0, 100, "late"),
            ("running", 0, 0, 0, "not_ended"),
        ],
    )
    def test_it_goes_on_as_the_rule_says(self, state, times, days, late, code):
        decision = plans.may_go_on(
            INDIGENT,
            state=state,
            times=times,
            ended_on=TODAY,
            late=usd(late),
            on=TODAY + timedelta(days=days),
        )
        assert decision.code == code


@pytest.mark.parametrize(
    "keys",
    [{"least": "5.00", "most": "4.00"}, {"each_least": "5.00", "each_most": "4.00"}],
)
def test_a_scheme_that_nobody_could_pay_is_a_fault(keys):
    with pytest.raises(ValueError, match="less than"):
        scheme(**keys)


PARTS = scheme(charges=["permit"], buys=["MONTH"], instalments=4, least="40.00")


class TestBuying:
    def test_the_first_part_is_at_once(self):
        parts = plans.schedule(PARTS, usd(10_001), 4, start=TODAY)
        assert [part.due_on.isoformat() for part in parts] == [
            "2026-11-10",
            "2026-12-10",
            "2027-01-10",
            "2027-02-10",
        ]
        assert [part.minor for part in parts] == [2_501, 2_500, 2_500, 2_500]

    @given(st.integers(200, 10**7), st.integers(2, 4), st.sampled_from([None, "10.00", "25%"]))
    def test_adds_up_and_begins_at_once(self, minor, count, down):
        found = scheme(
            charges=["permit"], buys=["MONTH"], instalments=4, **({"down": down} if down else {})
        )
        if count not in plans.counts(found, usd(minor)):
            return
        parts = plans.schedule(found, usd(minor), count, start=TODAY)
        assert sum(part.minor for part in parts) == minor
        assert parts[0].due_on == TODAY
        assert all(part.minor > 0 for part in parts)

    @pytest.mark.parametrize(
        ("buys", "plan", "code"),
        [
            ("month", PARTS, ""),
            ("YEAR", PARTS, "kind"),
            ("", PARTS, "kind"),
            ("MONTH", STAFF, "not_bought"),
            ("", STAFF, ""),
        ],
    )
    def test_is_for_the_types_it_names_and_others_are_not_bought_by_it(self, buys, plan, code):
        one = owing(kind="permit", buys=buys)
        assert plans.may_hold(plan, [one], audiences=("STAFF",), on=TODAY).code == code


@pytest.mark.parametrize(
    "keys",
    [
        {"buys": ["MONTH"]},
        {"buys": ["MONTH"], "charges": ["permit", "fee"]},
        {"buys": ["MONTH"], "charges": ["permit"], "approval": "staff"},
    ],
)
def test_one_that_buys_something_else_or_later_is_a_fault(keys):
    with pytest.raises(ValueError, match="permit"):
        scheme(**keys)
