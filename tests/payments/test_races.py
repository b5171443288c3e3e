"""Two at once: real threads, real transactions, a database of their own."""

import threading

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from parkops.kernel.decisions import Refused
from payments import operations
from payments.models import Charge, Payment, Refund
from tests.factories.payments import CLERK, assert_sound, make_charge, pay, usd


def at_once(tenant, *calls) -> list[str]:
    """Run the calls in threads that start together; return what each came to, a word each."""
    barrier, told = threading.Barrier(len(calls)), [""] * len(calls)

    def run(place, call):
        try:
            with tenant_context(tenant):
                barrier.wait(timeout=10)
                try:
                    call()
                    told[place] = "done"
                except Refused as refusal:
                    told[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(told)


@pytest.fixture
def tenant(own_database, raising):
    return own_database


def test_two_payments_of_one_charge_are_one(tenant, now, raising):
    charge = make_charge(at=now)
    told = at_once(tenant, *[lambda: pay(charge, at=now)] * 6)
    assert told == ["done"] + ["nothing_owed"] * 5
    assert Payment.objects.count() == 1
    assert raising.was_told("settled") == 1
    assert_sound(now)


def test_payments_of_several_charges_in_any_order_do_not_block_each_other(tenant, now):
    one, two = make_charge(at=now), make_charge(at=now)
    told = at_once(
        tenant,
        lambda: pay(one, two, at=now, amount=1_000),
        lambda: pay(two, one, at=now, amount=1_000),
        lambda: pay(one, two, at=now, amount=1_000),
        lambda: pay(two, one, at=now, amount=1_000),
    )
    assert told == ["done"] * 4
    assert sum(Charge.objects.values_list("paid_minor", flat=True)) == 4_000
    assert_sound(now)


def test_refunds_at_once_never_exceed_what_was_taken(tenant, now):
    payment = pay(make_charge(at=now), at=now)

    def refund():
        operations.refund_payment(
            payment.number, amount=usd(1_500), reason="Part", by=CLERK, at=now
        )

    told = at_once(tenant, refund, refund, refund)
    assert told == ["done", "done", "over_refund"]
    assert Refund.objects.count() == 2
    assert_sound(now)


def test_paying_and_voiding_at_once_leave_the_books_sound(tenant, now):
    charge = make_charge(at=now)

    def void():
        operations.cancel_charge(
            kind="citation", reference=charge.reference, text="Voided", by=CLERK, at=now
        )

    told = at_once(tenant, void, lambda: pay(charge, at=now), void, lambda: pay(charge, at=now))
    assert set(told) <= {"done", "nothing_owed"}
    assert_sound(now)


def test_raising_a_charge_twice_at_once_is_one(tenant, now):
    told = at_once(tenant, *[lambda: make_charge(at=now, reference="C-1")] * 4)
    assert told == ["done"] * 4
    assert Charge.objects.count() == 1
    assert_sound(now)


def test_the_truth_of_a_card_payment_told_by_many_at_once_counts_once(
    tenant, moment, raising, settings, standin, account, remote
):
    from parkops.kernel.actors import PUBLIC
    from tests.payments.standin.fixtures import SECRET

    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_races", SECRET
    settings.STRIPE_API_BASE = standin.url
    tenant.stripe_account = account
    connection.tenant.stripe_account = account
    charge = make_charge(at=moment)
    payment = operations.start_card_payment(
        charge_ids=[charge.public_id], return_path="", email="", by=PUBLIC, at=moment
    )
    remote.act(account, "pay", payment.session_id)
    told = at_once(tenant, *[lambda: operations.settle_checkout(payment.pk, at=moment)] * 8)
    assert told == ["done"] * 8
    assert raising.was_told("settled") == 1
    assert_sound(moment)


def test_payments_of_different_charges_do_not_wait_for_each_other(tenant, now, raising):
    charges = [make_charge(at=now) for _ in range(2)]
    told = []

    def meanwhile() -> None:
        try:
            with tenant_context(tenant):
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '3s'")
                told.append(pay(charges[1], at=now).number)
        finally:
            connection.close()

    with transaction.atomic():
        first = pay(charges[0], at=now)
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join(timeout=30)
        assert len(told) == 1, "The other one waited for this one."
    assert first.number != told[0]
    assert_sound(now)
