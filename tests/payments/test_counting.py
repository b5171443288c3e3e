"""What payments add to the kept figures: by the rule, by the acts, and by counting the rows."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from parkops.kernel.actors import Actor
from parkops.kernel.tallies import EVER, of
from parkops.tallies import operations as tallies
from parkops.tallies import queries as kept
from parkops.tallies.models import Tally
from payments import operations, pages, queries
from payments.models import Discrepancy
from payments.operations import discrepancies
from payments.rules import counting
from payments.rules.reconciling import Found
from tests.at_once import both  # noqa: F401  a fixture
from tests.factories.payments import CLERK, make_charge, pay, usd
from tests.factories.statements import Entry, camt
from tests.payments.test_races import at_once

BOSS = Actor("staff", "9", "Sam Supervisor")
BUYER = Actor("customer", "7", "Cora Customer")
WAITING = [name for name in counting.LEVELS if name != counting.RECEIPTS]

AT = datetime(2026, 11, 10, 15, 22, 5, tzinfo=UTC)
QUARTER = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


class TestPayment:
    @pytest.mark.parametrize(
        ("more", "steps"),
        [
            ({"is_taken": True, "succeeded_at": AT}, {(counting.TAKEN, QUARTER): 500}),
            ({"is_taken": False, "succeeded_at": AT}, {}),
            ({"is_taken": True, "succeeded_at": None}, {}),
            (
                {"is_taken": False, "succeeded_at": None, "is_in_review": True},
                {(counting.REVIEW, EVER): 1},
            ),
            (
                {"is_taken": True, "succeeded_at": AT, "lies_here": True},
                {(counting.TAKEN, QUARTER): 500, (counting.TO_DEPOSIT, EVER): 1},
            ),
        ],
    )
    def test_adds_what_came_and_what_waits(self, more, steps):
        assert counting.payment(amount_minor=500, **more) == steps


class TestDrawer:
    OPEN = {  # noqa: RUF012
        "is_closed": False,
        "is_signed": False,
        "is_asked_again": False,
        "is_deposited": False,
        "receipts": 3,
    }

    @pytest.mark.parametrize(
        ("more", "steps"),
        [
            ({}, {(of(counting.RECEIPTS, "d"), EVER): 3}),
            ({"receipts": 0}, {}),
            ({"is_closed": True}, {(counting.TO_SIGN, EVER): 1, (counting.TO_DEPOSIT, EVER): 1}),
            ({"is_closed": True, "is_asked_again": True}, {(counting.TO_DEPOSIT, EVER): 1}),
            ({"is_closed": True, "is_signed": True}, {(counting.TO_DEPOSIT, EVER): 1}),
            ({"is_closed": True, "is_deposited": True}, {(counting.TO_SIGN, EVER): 1}),
            ({"is_closed": True, "is_signed": True, "is_deposited": True}, {}),
        ],
    )
    def test_adds_receipts_while_it_is_open_then_what_waits(self, more, steps):
        assert counting.drawer("d", **{**self.OPEN, **more}) == steps


def test_nothing_that_waits_adds_nothing():
    assert counting.waiting(counting.PLANS, 0) == {}
    assert counting.waiting(counting.PLANS, True) == {(counting.PLANS, EVER): 1}


def sums(at):
    return kept.sums(dict.fromkeys(WAITING, kept.until(at)))


def receipts(at):
    return kept.apart({counting.RECEIPTS: kept.until(at)})[counting.RECEIPTS]


def listed():
    """How many rows the lists have that the figures lead to."""
    waits = pages.counts()
    return {
        counting.REVIEW: waits.to_review,
        counting.REFUNDS: waits.refunds,
        counting.DISPUTES: waits.disputes,
        counting.PLANS: waits.plans,
        counting.DIFFERENCES: Discrepancy.objects.filter(state="open").count(),
        counting.BANK_LINES: queries.bank_lines(state="open").count(),
        counting.TO_SIGN: queries.drawers("to_sign").count(),
        counting.TO_DEPOSIT: queries.drawers_here().count()
        + queries.drops_here().count()
        + queries.cheques_here().count(),
    }


def drawer_with(minor, *, by, at):
    """Open a drawer, and take cash into it twice."""
    made = operations.open_drawer(name="Desk", float_=usd(0), by=by, at=at)
    for _ in range(2):
        operations.take_payment(
            charge_ids=[make_charge(at=at, net=minor).public_id],
            method="cash",
            drawer=made.public_id,
            by=by,
            at=at,
        )
    return made


def differs(subject, ours, *, at):
    return Found("bank_line", subject, "Differs", ours, 500, 0, at)


@pytest.mark.usefixtures("raising")
class TestFollowing:
    @pytest.fixture
    def busy(self, harbor, now):
        """Some of what waits at the desks, and some that waits no more."""
        drawers = [
            drawer_with(500, by=Actor("staff", str(n), f"Clerk {n}"), at=now) for n in range(4)
        ]
        operations.move_cash(
            drawers[1].public_id, kind="drop", purpose="safe", amount=usd(300), by=CLERK, at=now
        )
        for one, minor in zip(drawers[1:], (700, 1_000, 1_000), strict=True):
            operations.close_drawer(one.public_id, counted=usd(minor), by=CLERK, at=now)
        operations.ask_for_recount(drawers[2].public_id, reason="Short?", by=BOSS, at=now)
        operations.sign_drawer(drawers[3].public_id, by=BOSS, at=now)
        operations.make_deposit(drawers=[drawers[3].pk], counted=usd(1_000), by=BOSS, at=now)
        cheques = [pay(make_charge(at=now), at=now, method="cheque") for _ in range(4)]
        operations.bounce_payment(cheques[0].number, by=CLERK, at=now)
        told = {"reason": "x", "at": now}
        operations.refund_payment(cheques[1].number, amount=usd(4_000), by=CLERK, **told)
        waiting = operations.refund_payment(cheques[2].number, amount=usd(100), by=BUYER, **told)
        operations.refund_payment(cheques[2].number, amount=usd(100), by=BUYER, **told)
        operations.pay_out_refund(waiting.number, by=CLERK, at=now)
        operations.import_statement(
            camt(Entry("1.00"), Entry("2.00"), Entry("3.00")), name="x", by=CLERK, at=now
        )
        line = queries.bank_lines().first()
        operations.keep_aside(line.public_id, note="Whose?", by=CLERK, at=now)
        found = [differs(f"line:{n}", n, at=now) for n in range(4)]
        discrepancies.keep_of_bank(found, at=now)
        one = Discrepancy.objects.get(subject="line:1")
        operations.accept_discrepancy(one.public_id, reason="Known", by=CLERK, at=now)
        discrepancies.keep_of_bank(found[1:], at=now)
        return drawers

    def test_each_is_as_many_as_its_list_has(self, busy, now):
        told = sums(now)
        assert told == listed()
        assert {name for name in told if told[name]} == {
            counting.REFUNDS,
            counting.DIFFERENCES,
            counting.BANK_LINES,
            counting.TO_SIGN,
            counting.TO_DEPOSIT,
        }
        assert receipts(now) == {str(busy[0].public_id): 2}

    def test_counted_from_the_rows_alone_they_are_the_same(self, busy, now):
        before = sums(now), receipts(now)
        Tally.objects.all().delete()
        tallies.begin(at=now)
        assert (sums(now), receipts(now)) == before

    def test_a_difference_that_is_accepted_with_other_amounts_is_open_again(self, busy, now):
        before = sums(now)[counting.DIFFERENCES]
        discrepancies.keep_of_bank([differs("line:1", 77, at=now)], at=now)
        assert sums(now)[counting.DIFFERENCES] == listed()[counting.DIFFERENCES] == 1
        assert before == 2

    def test_an_act_that_failed_adds_nothing(self, busy, now):
        before = sums(now), receipts(now)

        @transaction.atomic
        def fail():
            operations.close_drawer(busy[0].public_id, counted=usd(0), by=CLERK, at=now)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert (sums(now), receipts(now)) == before


class TestAtOnce:
    """Two at once, then the figures are as counting says: see `nothing_drifts`."""

    def test_a_drawer_is_closed_while_money_is_taken_into_it(self, own_database, raising, now):
        drawer = drawer_with(500, by=CLERK, at=now)

        def take():
            operations.take_payment(
                charge_ids=[make_charge(at=now).public_id],
                method="cash",
                drawer=drawer.public_id,
                by=CLERK,
                at=now,
            )

        def close():
            operations.close_drawer(drawer.public_id, counted=usd(1_000), by=CLERK, at=now)

        told = at_once(own_database, take, take, close, close)
        assert told.count("done") >= 1
        assert receipts(now) == {}

    def test_a_check_goes_to_the_bank_and_back(self, own_database, raising, now):
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        told = at_once(
            own_database,
            lambda: operations.make_deposit(payments=[cheque.pk], counted=usd(0), by=CLERK, at=now),
            lambda: operations.bounce_payment(cheque.number, by=CLERK, at=now),
        )
        assert "done" in told
        assert sums(now)[counting.TO_DEPOSIT] == 0

    def test_a_difference_is_accepted_while_it_is_compared(self, both, now):  # noqa: F811
        found = [differs("line:1", 1, at=now)]
        discrepancies.keep_of_bank(found, at=now)
        one = Discrepancy.objects.get()
        acts = iter(
            [
                lambda: operations.accept_discrepancy(
                    one.public_id, reason="Known", by=CLERK, at=now
                ),
                lambda: discrepancies.keep_of_bank(found, at=now),
            ]
        )
        assert both(lambda: next(acts)()) == []
        assert Discrepancy.objects.get().state == "accepted"
        assert sums(now)[counting.DIFFERENCES] == 0
