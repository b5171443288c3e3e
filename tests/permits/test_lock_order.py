"""Acts that lock the same rows at once wait for each other and never in a circle.

Each lock is held a while here, so that two acts that lock in opposite orders meet.
"""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM
from parkops.programme import numbering
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import EligibilityLoss, Permit, Quota
from permits.operations import consenting, eligibility, places, settling, transfers, waitlist
from permits.rules.plates import read_plates
from tests.payments.test_races import at_once
from tests.seed import PROGRAMMES

DAY = timedelta(days=1)


@pytest.fixture
def place(own_database, now):
    """A tenant whose months may be handed on, and switched for a dearer one."""
    from parkops.programme import load
    from parkops.programme import operations as programmes

    text = (PROGRAMMES / "harbor.yaml").read_text()
    dear = "  - code: DEAR\n" + text.split("  - code: MONTH\n")[1].split("  - code:")[0]
    dear = dear.replace('base: "50.00"', 'base: "90.00"').replace(
        "DEAR\n", "DEAR\n    quota: {total: 9}\n"
    )
    month = "    name: A month\n    transferable: true\n    switch: {to: [DEAR]}\n"
    text = text.replace("  - code: MONTH\n", dear + "  - code: MONTH\n", 1)
    text = text.replace("    name: A month\n", month)
    loaded = load.load(text, "harbor.yaml")
    programmes.apply_version(loaded, begins_at=now - DAY, by=SYSTEM, at=now - DAY)
    return own_database


def person(name: str, now, *audiences: str):
    return customers.register_customer(
        email=f"{name}@example.test", name=name, audiences=audiences, by=SYSTEM, at=now
    )


def paid(permit: Permit, now) -> Permit:
    charge = charges.charge_of("permit", permit.number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
    )
    permit.refresh_from_db()
    return permit


def held(kind: str, customer, now) -> Permit:
    wish = operations.Wish(kind, read_plates(["AAA 1"]))
    return operations.hold_permit(
        wish, customer_id=customer.pk, channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
    )


@pytest.fixture
def slowly(monkeypatch):
    """Let a function of a module take longer than the other act needs to come to its own locks."""

    def do(module, name: str) -> None:
        real = getattr(module, name)

        def slow(*args, **named):
            found = real(*args, **named)
            time.sleep(0.15)
            return found

        monkeypatch.setattr(module, name, slow)

    return do


def test_an_offer_is_made_while_one_is_accepted(place, now, slowly):
    from permits.operations import handing_on

    ana, ben = person("ana", now), person("ben", now)
    permit = paid(held("MONTH", ana, now), now)
    gift = operations.offer_transfer(permit.number, to_email=ben.email, by=SYSTEM, at=now)
    late = now + 8 * DAY
    slowly(handing_on, "locked")
    slowly(handing_on, "_locked")
    told = at_once(
        place,
        lambda: operations.offer_transfer(
            permit.number, to_email="cleo@example.test", by=SYSTEM, at=late
        ),
        lambda: operations.accept_transfer(gift.reference, customer_id=ben.pk, by=SYSTEM, at=late),
    )
    assert told == ["done", "transfer_over"]


def test_a_permit_is_handed_on_while_its_switch_is_paid(place, now, slowly):
    ana, ben = person("ana", now), person("ben", now)
    permit = paid(held("MONTH", ana, now), now)
    fresh = operations.switch_permit(
        permit.number, to="DEAR", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
    )
    slowly(transfers, "locked")
    slowly(settling, "lock_permit")
    charge = charges.charge_of("permit", fresh.number)
    told = at_once(
        place,
        lambda: operations.transfer_permit(permit.number, customer_id=ben.pk, by=SYSTEM, at=now),
        lambda: payments.take_payment(
            charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
        ),
    )
    # Whoever is first: either it is Ben's and not switched, or switched and not Ben's.
    assert told in (["done", "switch_over"], ["done", "permit_cancelled"])


def test_two_in_one_line_are_moved(place, now, slowly):
    entries = [
        operations.join_waitlist(
            type_code="STAFF-YEAR", customer_id=person(name, now, "STAFF").pk, by=SYSTEM, at=now
        )
        for name in ("ana", "ben", "cleo")
        if _sell_out(now)
    ]
    slowly(waitlist, "_locked")
    told = at_once(
        place,
        *[
            lambda entry=entry: operations.move_entry(
                entry.reference, position=2, reason="x", by=SYSTEM, at=now
            )
            for entry in (entries[0], entries[2])
        ],
    )
    assert told == ["done", "done"]


def _sell_out(now) -> bool:
    from permits.operations import places

    while places.take_places("staff-year", ["2026-09-01"], limits={"staff-year": 11}):
        pass
    return True


def test_a_loss_ends_while_audiences_change(place, now, monkeypatch):
    ana = person("ana", now, "STAFF")
    permit = paid(held("STAFF-YEAR", ana, now), now)
    Customer.objects.update(audiences=["STUDENT"])
    operations.follow_audiences([ana.pk], by=SYSTEM, at=now)
    loss = EligibilityLoss.objects.get(permit=permit)
    EligibilityLoss.objects.update(told_at=now, ends_at=now)
    real = eligibility.told.may_have

    def slow(*args):
        time.sleep(0.15)
        return real(*args)

    monkeypatch.setattr(eligibility.told, "may_have", slow)

    def joins_again():
        with transaction.atomic():
            Customer.objects.update(audiences=["STAFF"])
            operations.follow_audiences([ana.pk], by=SYSTEM, at=now)

    told = at_once(place, joins_again, lambda: operations.carry_out_losses(at=now))
    loss.refresh_from_db()
    assert told == ["done", "done"]
    assert (loss.lifted_at is None) != (loss.ended_at is None)


def test_a_consent_is_stopped_by_a_transfer_while_it_is_looked_at(place, now, slowly):
    from payments.models import SavedCard
    from permits.models import RenewalConsent

    ana, ben = person("ana", now), person("ben", now)
    permit = paid(held("MONTH", ana, now), now)
    card = SavedCard.objects.create(
        customer=ana,
        state="saved",
        provider_method="pm_1",
        idempotency_key="k",
        account="a",
        return_path="/",
        email=ana.email,
        expires_at=now,
        created_at=now,
    )
    consent = RenewalConsent.objects.create(
        permit=permit, customer=ana, card=card, agreed_at=now, noticed_at=now
    )
    slowly(transfers, "locked")
    slowly(consenting, "known")
    told = at_once(
        place,
        lambda: operations.transfer_permit(permit.number, customer_id=ben.pk, by=SYSTEM, at=now),
        lambda: operations.renew_automatically(at=now),
        lambda: operations.stop_renewing(permit.number, by=SYSTEM, at=now),
    )
    consent.refresh_from_db()
    assert (told, consent.ended_at) == (["done"] * 3, now)


def test_a_sale_meets_a_switch_of_the_same_type(place, now, slowly):
    ana, ben = person("ana", now), person("ben", now)
    permit = paid(held("MONTH", ana, now), now)
    slowly(numbering, "next_number")
    slowly(places, "take_places")
    told = at_once(
        place,
        lambda: operations.switch_permit(
            permit.number, to="DEAR", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
        ),
        lambda: held("DEAR", ben, now),
    )
    assert told == ["done", "done"]
    assert Quota.objects.get(type_key="dear").taken == 2


def test_a_sale_takes_its_place_by_its_last_statement(place, now):
    ana = person("ana", now)
    with CaptureQueriesContext(connection) as caught:
        assert held("DEAR", ana, now).places
    said = [row["sql"].split("(")[0].strip() for row in caught.captured_queries]
    assert said[-2:] == ["INSERT INTO permits_quota", "COMMIT"]
