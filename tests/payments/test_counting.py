"""What payments add to the kept figures: by the rule, by the acts, and by counting the rows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django_tenants.utils import schema_context

from parkops.kernel.actors import Actor
from parkops.kernel.tallies import EVER, of
from parkops.tallies import operations as tallies
from parkops.tallies import queries as kept
from parkops.tallies.models import Tally
from parkops.tenancy.models import Tenant
from payments import operations, pages, place, queries
from payments.models import Discrepancy
from payments.operations import discrepancies
from payments.rules import counting
from payments.rules.reconciling import Found
from tests.at_once import both  # noqa: F401  a fixture
from tests.factories.invoices import account_of, invoiced
from tests.factories.payments import CLERK, counted_queries, make_charge, pay, usd
from tests.factories.statements import Entry, camt
from tests.payments.test_races import at_once

BOSS = Actor("staff", "9", "Sam Supervisor")
BUYER = Actor("customer", "7", "Cora Customer")
INVOICES = (counting.OVERDUE, counting.OVERDUE_MINOR)
WAITING = [name for name in counting.LEVELS if name not in (counting.RECEIPTS, *INVOICES)]
A_DAY = timedelta(days=1)

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


@pytest.mark.parametrize(
    ("owed", "steps"),
    [
        (0, {}),
        (700, {(counting.OVERDUE, AT): 1, (counting.OVERDUE_MINOR, AT): 700}),
    ],
)
def test_an_invoice_adds_what_is_owed_once_it_is_overdue(owed, steps):
    assert counting.invoice(owed_minor=owed, overdue_at=AT) == steps


def test_nothing_that_waits_adds_nothing():
    assert counting.waiting(counting.PLANS, 0) == {}
    assert counting.waiting(counting.PLANS, True) == {(counting.PLANS, EVER): 1}


def sums(at, names=WAITING):
    return kept.sums(dict.fromkeys(names, kept.until(at)))


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


def overdue(at):
    """What the list of overdue invoices comes to at an instant."""
    today = place.local_date(at)
    rows = list(queries.invoices_matching(state="overdue", today=today))
    return {counting.OVERDUE: len(rows), counting.OVERDUE_MINOR: sum(row.owed for row in rows)}


@pytest.mark.usefixtures("raising")
class TestInvoices:
    @pytest.fixture
    def payer(self, harbor, now):
        return account_of(now, terms_days=14)

    @pytest.fixture
    def midnight(self, now):
        """The instant from which what is invoiced now is overdue."""
        return place.day_start(place.local_date(now) + 15 * A_DAY)

    @pytest.fixture
    def some(self, payer, now):
        """Invoices to which everything has happened that can."""
        told = {"by": CLERK, "at": now}
        charges = {}
        names = (
            "owed part paid bounced reduced back written added moved void credit again cheap gone"
        )
        for number, name in enumerate(names.split()):
            at = now - number % 3 * A_DAY
            charge = make_charge(at=at, kind="permit", reference=name)
            invoiced(payer, charge, make_charge(at=at, net=100, kind="permit"), at=at)
            charges[name] = charge
        pay(charges["part"], at=now, amount=1_500)
        pay(*_on_invoice_of(charges["paid"]), at=now)
        cheque = pay(*_on_invoice_of(charges["bounced"]), at=now, method="cheque")
        operations.bounce_payment(cheque.number, **told)
        went = {"reason": "x", **told}
        whole = pay(*_on_invoice_of(charges["reduced"]), at=now)
        operations.refund_payment(whole.number, amount=usd(900), owed_again=False, **went)
        whole = pay(charges["back"], at=now)
        operations.refund_payment(whole.number, amount=usd(900), **went)
        told_of = {"kind": "permit", "text": "x", **told}
        operations.write_off_charge(reference="written", **told_of)
        operations.write_off_charge(reference="again", **told_of)
        operations.reinstate_charge(reference="again", **told_of)
        operations.cancel_charge(reference="gone", **told_of)
        operations.change_charge(reference="cheap", amount=usd(1_000), **told_of)
        operations.adjust_charge(
            charges["added"].public_id,
            kind="debit",
            amount=usd(500),
            reason="other",
            text="More",
            **told,
        )
        by_mistake = pay(charges["moved"], at=now)
        operations.move_payment(
            by_mistake.number,
            from_charge=charges["moved"].public_id,
            to_charge=charges["owed"].public_id,
            amount=usd(700),
            **went,
        )
        operations.void_invoice(queries.live_invoice_of(charges["void"].pk).number, **went)
        too_much = make_charge(at=now, customer_id=payer.customer_id)
        pay(too_much, at=now, method="cheque", amount=4_350)
        operations.apply_credit(
            customer_id=payer.customer_id, charge_ids=[charges["credit"].public_id], **told
        )
        return charges

    def test_are_as_many_as_their_list_has_at_any_time(self, some, now, midnight):
        heights = []
        instants = [now, *(midnight + n * A_DAY for n in range(-3, 2)), midnight + 60 * A_DAY]
        for at in [*instants, *(one - timedelta.resolution for one in instants)]:
            assert sums(at, INVOICES) == overdue(at)
            heights.append(overdue(at)[counting.OVERDUE])
        assert {0, max(heights)} < set(heights)

    def test_counted_from_the_rows_alone_they_are_the_same(self, some, now, midnight):
        instants = [now, *(midnight + n * A_DAY for n in range(-2, 2))]
        before = [sums(at, INVOICES) for at in instants]
        Tally.objects.all().delete()
        tallies.begin(at=now)
        assert [sums(at, INVOICES) for at in instants] == before

    def test_where_there_are_two_midnights_the_first_is_meant(self, harbor, payer, now):
        """In Havana the clocks go from one in the morning back to midnight."""
        with schema_context("public"):
            Tenant.objects.filter(pk=harbor.pk).update(timezone="America/Havana")
        harbor.timezone = "America/Havana"
        sunday = date(2026, 11, 1)
        at = place.day_start(sunday - 15 * A_DAY) + timedelta(hours=12)
        invoiced(payer, make_charge(at=at), at=at)
        first = place.day_start(sunday)
        assert first == datetime(2026, 11, 1, 4, tzinfo=UTC)
        assert sums(first, INVOICES)[counting.OVERDUE] == 1
        assert sums(first - timedelta.resolution, INVOICES)[counting.OVERDUE] == 0
        assert tallies.check(at=at).drifts == []

    def test_an_act_that_failed_adds_nothing(self, payer, now, midnight):
        charge = make_charge(at=now)
        invoiced(payer, charge, at=now)
        before = sums(midnight, INVOICES)

        @transaction.atomic
        def fail():
            pay(charge, at=now)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert sums(midnight, INVOICES) == before == overdue(midnight)

    def test_what_is_on_no_account_asks_nothing_more(self, harbor, now):
        pay(make_charge(at=now), at=now)
        charge = make_charge(at=now)
        with counted_queries() as asked:
            pay(charge, at=now)
        assert not [one for one in asked if "payments_invoice" in one["sql"]]


def _on_invoice_of(charge):
    return queries.charges_of_invoice(queries.live_invoice_of(charge.pk))


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

    def test_two_charges_of_an_invoice_are_paid(self, both, raising, now):  # noqa: F811
        charges = [make_charge(at=now), make_charge(at=now)]
        invoiced(account_of(now), *charges, at=now)
        left = iter(charges)
        assert both(lambda: pay(next(left), at=now)) == []
        assert set(sums(now + 400 * A_DAY, INVOICES).values()) == {0}

    def test_charges_of_two_invoices_are_paid_in_any_order(self, own_database, raising, now):
        payer = account_of(now)
        charges = [make_charge(at=now) for _ in range(8)]
        invoiced(payer, *charges[::2], at=now)
        invoiced(payer, *charges[1::2], at=now)
        pairs = [charges[:2], charges[3:1:-1], charges[4:6], charges[7:5:-1]]
        told = at_once(own_database, *[lambda pair=pair: pay(*pair, at=now) for pair in pairs])
        assert told == ["done"] * 4
        assert set(sums(now + 400 * A_DAY, INVOICES).values()) == {0}

    def test_an_invoice_is_void_while_it_is_paid(self, own_database, raising, now):
        charge = make_charge(at=now)
        invoice = invoiced(account_of(now), charge, at=now)
        told = at_once(
            own_database,
            lambda: pay(charge, at=now),
            lambda: operations.void_invoice(invoice.number, reason="x", by=CLERK, at=now),
        )
        assert "done" in told
        assert set(sums(now + 400 * A_DAY, INVOICES).values()) == {0}

    def test_one_charge_is_refunded_while_credit_pays_another(self, own_database, raising, now):
        payer = account_of(now)
        charges = [make_charge(at=now, customer_id=payer.customer_id) for _ in range(2)]
        invoiced(payer, *charges, at=now)
        pay(charges[0], at=now, method="cheque", amount=6_000)
        told = at_once(
            own_database,
            lambda: operations.refund_of_charge(
                charges[0].public_id, amount=usd(500), reason="x", by=CLERK, at=now
            ),
            lambda: operations.apply_credit(
                customer_id=payer.customer_id, charge_ids=[charges[1].public_id], by=CLERK, at=now
            ),
        )
        assert told == ["done"] * 2
        late = now + 400 * A_DAY
        assert (
            sums(late, INVOICES)
            == overdue(late)
            == {counting.OVERDUE: 1, counting.OVERDUE_MINOR: 2_000}
        )
