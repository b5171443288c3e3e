"""The ledger: it balances whatever happens, and nobody changes it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkops.kernel.decisions import Refused
from payments import operations, rules
from payments.accounts import CASH, CHART, RECEIVABLE
from payments.models import Charge, LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from payments.operations import ledger
from payments.operations.ledger import Leg
from tests.factories.payments import CLERK, assert_sound, books, make_charge, pay, usd


@pytest.mark.usefixtures("harbor")
class TestPost:
    def post(self, now, *legs, source="test:1"):
        return ledger.post(source, legs, text="A test", by=CLERK, at=now)

    def test_refuses_what_does_not_balance(self, now):
        with pytest.raises(ValueError, match="does not balance"):
            self.post(now, Leg(CASH, 100), Leg(RECEIVABLE, -99))

    def test_the_same_source_is_refused_twice(self, now):
        self.post(now, Leg(CASH, 100), Leg(RECEIVABLE, -100))
        with pytest.raises(IntegrityError, match="source"), transaction.atomic():
            self.post(now, Leg(CASH, 100), Leg(RECEIVABLE, -100))

    def test_nothing_moved_writes_nothing(self, now):
        self.post(now, Leg(CASH, 0), Leg(RECEIVABLE, 0))
        assert not LedgerTransaction.objects.exists()

    def test_the_chart_is_there(self):
        told = set(LedgerAccount.objects.values_list("code", "name", "kind"))
        assert told == {(account.code, account.name, account.kind) for account in CHART}


@pytest.mark.usefixtures("harbor", "raising")
class TestTheDatabase:
    @pytest.fixture
    def posted(self, now):
        ledger.post("test:1", [Leg(CASH, 100), Leg(RECEIVABLE, -100)], text="", by=CLERK, at=now)
        return LedgerTransaction.objects.get(source="test:1")

    @pytest.mark.usefixtures("drifts")
    def test_refuses_a_transaction_that_does_not_balance(self, posted, now):
        LedgerEntry.objects.create(
            transaction=posted, account_id=CASH, amount_minor=1, posted_at=now
        )
        with pytest.raises(IntegrityError, match="does not balance"):
            connection.check_constraints()

    @pytest.mark.usefixtures("drifts")
    def test_refuses_a_transaction_without_entries(self, now):
        LedgerTransaction.objects.create(source="x", text="", posted_at=now, posted_by="")
        with pytest.raises(IntegrityError, match="has no entries"):
            connection.check_constraints()

    @pytest.mark.parametrize("model", [LedgerEntry, LedgerTransaction])
    def test_refuses_changes(self, posted, now, model):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            model.objects.update(posted_at=now + timedelta(days=1))
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            model.objects.all()._raw_delete(model.objects.db)

    def test_refuses_a_charge_paid_beyond_its_amount(self, now):
        charge = make_charge(at=now)
        with pytest.raises(IntegrityError, match="charge_paid_within"), transaction.atomic():
            Charge.objects.filter(pk=charge.pk).update(paid_minor=4_001)

    def test_refuses_to_give_back_more_than_was_taken(self, now):
        payment = pay(make_charge(at=now), at=now)
        with pytest.raises(IntegrityError, match="gives_back_no_more"), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(refunded_minor=4_001)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["raise", "cash", "cheque", "refund", "reduce", "bounce", "change", "void", "back"]
        ),
        st.integers(0, 3),
        st.integers(1, 9_000),
    ),
    max_size=14,
)


def _act(word: str, which: int, minor: int, now) -> None:
    """Do one thing to one of the charges or payments there are."""
    charges = list(Charge.objects.exclude(kind="fee").order_by("pk"))
    payments = list(Payment.objects.order_by("pk"))
    if word == "raise" or not charges:
        make_charge(at=now, kind="permit" if which % 2 else "citation", net=minor, tax=minor // 12)
        return
    charge = charges[which % len(charges)]
    told = {"kind": charge.kind, "reference": charge.reference, "by": CLERK, "at": now}
    if word in ("cash", "cheque"):
        pay(*charges[which % len(charges) :], at=now, method=word, amount=minor)
    elif word == "change":
        operations.change_charge(amount=usd(minor), text="Changed", **told)
    elif word == "void":
        operations.cancel_charge(text="Voided", **told)
    elif word == "back":
        net = min(minor, charge.net_minor)
        operations.refund_charge(net=usd(net), tax=usd(0), reason="Cancelled", **told)
    elif payments:
        payment = payments[which % len(payments)]
        if word == "bounce":
            operations.bounce_payment(payment.number, by=CLERK, at=now)
        else:
            operations.refund_payment(
                payment.number,
                amount=usd(minor),
                reason="Asked for",
                owed_again=word == "refund",
                by=CLERK,
                at=now,
            )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_whatever_happens_the_books_agree_with_the_rows(harbor, raising, now, acts):
    with transaction.atomic():
        for act in acts:
            try:
                with transaction.atomic():
                    _act(*act, now)
            except Refused:
                continue
        assert_sound(now)
        assert all(charge.balance_minor >= 0 for charge in Charge.objects.all())
        transaction.set_rollback(True)


@given(
    balances=st.lists(st.integers(0, 10**6), max_size=6),
    given_minor=st.integers(1, 10**7),
    cash=st.booleans(),
)
def test_money_handed_over_is_shared_and_none_is_lost(balances, given_minor, cash):
    told = rules.split(balances, given=given_minor, gives_change=cash)
    assert sum(told.shares) + told.change + told.credit == given_minor
    assert all(0 <= share <= owed for share, owed in zip(told.shares, balances, strict=True))
    assert (told.change == 0) or (told.credit == 0)
    if told.change or told.credit:
        assert list(told.shares) == balances


@given(amount=st.integers(0, 10**9), net=st.integers(0, 10**7), tax=st.integers(0, 10**6))
def test_net_and_tax_of_an_amount_add_up_to_it(amount, net, tax):
    parts = rules.parts_of(amount, raised_net=net, raised_tax=tax)
    assert sum(parts) == amount
    assert min(parts) >= 0
    if amount == net + tax:
        assert parts == (net, tax)


@given(due=st.integers(0, 10**7), net=st.integers(0, 10**7), tax=st.integers(0, 10**6))
def test_a_late_fee_or_a_discount_makes_up_the_difference(due, net, tax):
    late_fee, discount = rules.adjusted(due, net=net, tax=tax)
    assert net + tax + late_fee - discount == due
    assert min(late_fee, discount) == 0


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("4242 4242 4242 4242", False),
        ("paid with 4242-4242-4242-4242, thanks", False),
        ("378282246310005", False),
        ("4242 4242 4242 4241", True),
        ("call 555 010 1234", True),
        ("R-2026-00001-9 and C-2026-00417-5", True),
        ("", True),
    ],
)
def test_card_numbers_are_not_kept(text, is_kept):
    assert bool(rules.may_keep_text(text, field="payer")) is is_kept


def test_states_only_rise():
    for state in rules.RANK:
        assert not rules.may_become(state, state)
    assert rules.may_become("expired", "succeeded")
    assert not rules.may_become("succeeded", "expired")
    assert not rules.may_become("cancelled", "expired")


@pytest.mark.usefixtures("harbor", "raising")
def test_the_trial_balance_of_the_past_stays(now):
    make_charge(at=now)
    later = now + timedelta(days=1)
    pay(Charge.objects.get(), at=later)
    assert books(now)[RECEIVABLE] == 4_000
    assert RECEIVABLE not in books(later)
