"""Scenarios H9 and H12 of the product's list: a second person accepts a refund; one that failed waits."""

from datetime import timedelta

import pytest
import time_machine

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments import operations, queries
from payments.accounts import REFUNDS_PAYABLE
from payments.models import Payment, Refund
from payments.queries import ledger
from tests.factories.payments import assert_sound, books, make_charge, usd
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
ASKS, OTHER = Actor("staff", "1", "Amos"), Actor("staff", "2", "Alice")
PROVIDER = Actor("system", "", "ParkOps")
DAY = timedelta(days=1)


@pytest.fixture
def paid(apply_programme, raising, now) -> Payment:
    """A payment of 80.00 in cash, where more than 50.00 needs a second person."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text + 'refunds: {second_person: "50.00"}\n')
    charge = make_charge(net=8_000, at=now)
    return operations.take_payment(
        charge_ids=[charge.public_id], method="cash", amount=usd(8_000), by=ASKS, at=now
    )


def give_back(paid: Payment, minor: int, at, by=ASKS) -> Refund:
    return operations.refund_payment(
        paid.number, amount=usd(minor), reason="Double", owed_again=False, by=by, at=at
    )


def test_h9_up_to_the_limit_one_person_is_enough(paid, now):
    assert give_back(paid, 5_000, now).state == Refund.State.SUCCEEDED


def test_h9_beyond_it_somebody_else_accepts(paid, now):
    refund = give_back(paid, 5_001, now)
    assert (refund.state, refund.settled_at) == (Refund.State.PROPOSED, None)
    assert books(now)[REFUNDS_PAYABLE] == -5_001
    with pytest.raises(Conflict, match="somebody else accepts it") as own:
        operations.accept_refund(refund.number, by=ASKS, at=now)
    assert own.value.code == "own_refund"
    done = operations.accept_refund(refund.number, by=OTHER, at=now + DAY)
    assert (done.state, done.decided_by, done.decided_at) == (
        Refund.State.SUCCEEDED,
        "Alice",
        now + DAY,
    )
    with pytest.raises(Conflict) as again:
        operations.accept_refund(refund.number, by=OTHER, at=now + DAY)
    assert again.value.code == "refund_decided"
    assert REFUNDS_PAYABLE not in books(now + DAY)
    assert_sound(now + DAY)


def test_h9_not_accepted_it_is_credit_again_and_may_be_asked_for_anew(paid, now):
    refund = give_back(paid, 8_000, now)
    with pytest.raises(Conflict):
        operations.reject_refund(refund.number, reason="No", by=ASKS, at=now)
    with pytest.raises(Refused):
        operations.reject_refund(refund.number, reason=" ", by=OTHER, at=now)
    operations.reject_refund(refund.number, reason="Not twice", by=OTHER, at=now)
    paid.refresh_from_db()
    refund.refresh_from_db()
    assert (refund.state, refund.decided_by, refund.failure) == (
        Refund.State.REJECTED,
        "Alice",
        "Not twice",
    )
    assert (paid.credit_minor, paid.refunded_minor) == (8_000, 0)
    assert not queries.refunds_not_done().exists()
    again = give_back(paid, 8_000, now)
    assert operations.accept_refund(again.number, by=OTHER, at=now).state == "succeeded"
    assert_sound(now)


def test_what_no_person_asks_for_waits_for_none(paid, now):
    assert give_back(paid, 8_000, now, by=PROVIDER).state == Refund.State.WAITING


class TestOnScreen:
    def test_h9_who_asked_sees_no_button_and_another_accepts(
        self, paid, site, amos, alice, now, tenant_time
    ):
        site.login_as(amos)
        path = f"/office/payments/{paid.number}/refund/"
        site.post(path, {"amount": "80.00", "reason": "Double", "charges": "reduced"})
        refund = Refund.objects.get()
        shown = site.get("/office/payments/refunds/").content.decode()
        assert "Somebody else accepts it" in shown
        assert "Accept</" not in shown
        told = site.post(f"/office/payments/refunds/{refund.number}/accept/")
        assert "somebody else accepts it or not" in told.content.decode()
        site.login_as(alice)
        assert "Do not accept" in site.get("/office/payments/refunds/").content.decode()
        site.post(f"/office/payments/refunds/{refund.number}/accept/")
        refund.refresh_from_db()
        assert (refund.state, refund.decided_by) == ("succeeded", "Alice Admin")

    def test_who_may_not_refund_may_not_accept(self, paid, site, clara, now):
        refund = give_back(paid, 8_000, now)
        site.login_as(clara)
        for act in ("accept", "reject"):
            path = f"/office/payments/refunds/{refund.number}/{act}/"
            assert site.post(path, {"reason": "x"}).status_code == 403

    def test_h12_one_that_failed_is_listed_with_its_age(self, paid, site, amos, now, tenant_time):
        refund = give_back(paid, 1_000, now, by=PROVIDER)
        Refund.objects.filter(pk=refund.pk).update(
            state=Refund.State.FAILED, failure="The card is closed."
        )
        with time_machine.travel(now + 3 * DAY, tick=False):
            shown = site.login_as(amos).get("/office/payments/refunds/").content.decode()
        for words in (refund.number, "Failed", "3 days", "The card is closed.", "Send again"):
            assert words in shown


@pytest.fixture
def tenant_time(now):
    with time_machine.travel(now, tick=False):
        yield


def test_the_books_of_every_state_balance(paid, now):
    give_back(paid, 6_000, now)
    trial = ledger.trial_balance(at=now)
    assert trial.total_debit == trial.total_credit
