"""Races for the last place, with threads that commit, in a database of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import Permit, Quota, WaitlistEntry
from permits.operations import places
from permits.operations.offering import offer_free_places
from permits.rules.plates import read_plates

MINUTE = timedelta(minutes=1)


def taken(code="RESIDENT") -> int:
    return sum(Quota.objects.filter(type_key=code.lower()).values_list("taken", flat=True))


def _buyer(name: str) -> int:
    return customers.register_customer(
        email=f"{name}@example.test",
        name=name,
        audiences=["STUDENT"],
        by=SYSTEM,
        at=datetime.now(UTC),
    ).pk


def _in_thread(tenant, work):
    """Run `work` as another process would: on a connection of its own, in the tenant."""

    def run(argument):
        connection.set_tenant(tenant)
        try:
            return work(argument)
        finally:
            connection.close()

    return run


def test_i1_i2_thirty_buyers_of_three_places(own_database, now):
    buyers = [_buyer(f"b{n}") for n in range(30)]

    def buy(customer_id):
        try:
            operations.hold_permit(
                operations.Wish("RESIDENT", read_plates([f"R{customer_id}"])),
                customer_id=customer_id,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
        except Refused as refusal:
            return refusal.code
        return "held"

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(_in_thread(own_database, buy), buyers))
    assert answers.count("held") == 3
    assert answers.count("sold_out") == 27
    assert taken() == 3
    assert Permit.objects.count() == 3
    assert places.mend_quotas() == []


def test_g7_one_customer_at_once_gets_one(own_database, now):
    customer_id = customers.register_customer(
        email="ana@example.test", name="Ana", audiences=["STAFF"], by=SYSTEM, at=now
    ).pk

    def buy(_):
        try:
            operations.hold_permit(
                operations.Wish("STAFF-YEAR"),
                customer_id=customer_id,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
        except Refused as refusal:
            return refusal.code
        return "held"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(_in_thread(own_database, buy), range(6)))
    assert answers.count("held") == 1
    assert answers.count("per_customer") == 5


def test_i6_two_late_payments_of_one_place(own_database, now):
    numbers = []
    for n in range(5):
        at = now + (0 if n < 2 else 20) * MINUTE
        permit = operations.hold_permit(
            operations.Wish("RESIDENT"),
            customer_id=_buyer(f"c{n}"),
            channel=Permit.Channel.API,
            by=SYSTEM,
            at=at,
        )
        numbers.append(permit.number)
        if n == 1:
            operations.expire_holds(at=now + 15 * MINUTE)
        if n == 3:
            break

    def pay(number):
        charge = charges.charge_of("permit", number)
        try:
            payments.take_payment(
                charge_ids=[charge.id],
                method="cash",
                amount=charge.balance,
                by=SYSTEM,
                at=now + 30 * MINUTE,
            )
        except Refused as refusal:
            return refusal.code
        return "paid"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(_in_thread(own_database, pay), numbers[:2]))
    assert answers == ["paid", "sold_out"]
    assert taken() == 3


def test_i10_two_workers_at_once_make_one_offer_each_place(own_database, now):
    """Ten workers offer the two places that came free at once to five people: two offers."""
    from parkops.programme import load
    from parkops.programme import operations as programmes
    from tests.seed import PROGRAMMES

    text = (PROGRAMMES / "harbor.yaml").read_text()

    def allow(total: int, at: datetime) -> None:
        quota = f"quota: {{total: {total}}}"
        loaded = load.load(text.replace('quota: {total: 10, oversell: "10%"}', quota), "x.yaml")
        programmes.apply_version(loaded, begins_at=at, by=SYSTEM, at=at)

    allow(0, now - MINUTE)
    for name in "abcde":
        customer = customers.register_customer(
            email=f"{name}@example.test", name=name, audiences=["STAFF"], by=SYSTEM, at=now
        )
        operations.join_waitlist(type_code="STAFF-YEAR", customer_id=customer.pk, by=SYSTEM, at=now)
    allow(2, now)

    def offer(_):
        return offer_free_places("STAFF-YEAR", at=now)

    with ThreadPoolExecutor(10) as pool:
        made = sum(pool.map(_in_thread(own_database, offer), range(10)))
    assert made == 2
    assert WaitlistEntry.objects.filter(status="offered").count() == 2
    assert (taken("STAFF-YEAR"), places.mend_quotas()) == (2, [])
