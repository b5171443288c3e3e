"""Races for the last place, with threads that commit, in a database of their own."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.messaging.models import TextMessage
from parkops.messaging.texts import operations as texts
from parkops.messaging.texts.providers import Inbound
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import ParkingSession, Permit, Quota, WaitlistEntry
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


def test_g7_one_plate_at_once_gets_one(own_database, now):
    """Two sales of the same type to one customer and plate at the same moment are one permit."""
    ana = _buyer("ana")

    def buy(_):
        try:
            operations.hold_permit(
                operations.Wish("MONTH", read_plates(["ABC 123"])),
                customer_id=ana,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )
        except Refused as refusal:
            return refusal.code
        return "held"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(_in_thread(own_database, buy), range(4)))
    assert (answers.count("held"), answers.count("duplicate")) == (1, 3)


def test_two_who_switch_onto_the_last_place(own_database, now):
    """One has it, the other is told that it is sold out and keeps what they had."""
    from tests.permits.test_scenarios_switch import with_two_lots

    with_two_lots()
    sold = []
    for name, code in (("ana", "SOUTH-YEAR"), ("ben", "SOUTH-YEAR"), ("cleo", "STAFF-YEAR")):
        person = customers.register_customer(
            email=f"{name}@example.test", name=name, audiences=["STAFF"], by=SYSTEM, at=now
        )
        permit = operations.hold_permit(
            operations.Wish(code),
            customer_id=person.pk,
            channel=Permit.Channel.API,
            by=SYSTEM,
            at=now,
        )
        charge = charges.charge_of("permit", permit.number)
        payments.take_payment(
            charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
        )
        sold.append(permit.number)

    def switch(number):
        try:
            operations.switch_permit(
                number, to="STAFF-YEAR", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
            )
        except Refused as refusal:
            return refusal.code
        return "held"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(_in_thread(own_database, switch), sold[:2]))
    assert answers == ["held", "sold_out"]
    assert (taken("STAFF-YEAR"), taken("SOUTH-YEAR"), places.mend_quotas()) == (2, 2, [])
    statuses = [row.status_at(now) for row in Permit.objects.filter(number__in=sold)]
    assert statuses == ["active"] * 3


def test_two_texts_of_one_phone_at_once_are_one_session(own_database, now):
    """Whatever two texts of a phone ask for at the same moment, one session runs."""
    evening = now + timedelta(hours=8)  # When the meters cost nothing, a session runs at once.
    texts.open_line(number="+12125550000", url="https://texts.example/send", at=now)

    def text(n):
        came = Inbound(f"m{n}", "+12125550101", "+12125550000", f"PARK METER ABC12{n % 2} 1H")
        texts.receive(came, at=evening)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_in_thread(own_database, text), range(4)))
    stay = ParkingSession.objects.get()
    answers = TextMessage.objects.exclude(state="received").values_list("words", flat=True)
    assert sum(told.startswith(f"{stay.plate_text} parks in METER") for told in answers) == 3


def test_i18_fifty_buyers_of_five_places_are_all_answered_in_time(own_database, now):
    """Five are sold and nobody waits for long; the whole rush is `python -m bench.rush`."""
    from parkops.programme import load
    from parkops.programme import operations as programmes
    from tests.seed import PROGRAMMES

    text = (PROGRAMMES / "harbor.yaml").read_text().replace("{total: 3}", "{total: 5}")
    programmes.apply_version(load.load(text, "x.yaml"), begins_at=now, by=SYSTEM, at=now)
    buyers = [_buyer(f"b{n}") for n in range(50)]

    def buy(customer_id):
        began = time.monotonic()
        try:
            operations.hold_permit(
                operations.Wish("RESIDENT", read_plates([f"R{customer_id}"])),
                customer_id=customer_id,
                channel=Permit.Channel.PORTAL,
                by=SYSTEM,
                at=now,
            )
        except Refused as refusal:
            return str(refusal), time.monotonic() - began
        return "held", time.monotonic() - began

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(_in_thread(own_database, buy), buyers))
    answers = [answer for answer, _ in told]
    assert answers.count("held") == 5
    assert {answer for answer in answers if answer != "held"} == {"Resident is sold out."}
    assert max(seconds for _, seconds in told) < 5
    assert (taken(), places.mend_quotas()) == (5, [])
