"""What the tests of permits share: customers and sold permits."""

from collections.abc import Callable
from datetime import datetime

import pytest

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM
from payments import operations as payments
from payments import queries as charges
from permits import operations
from permits.models import Permit
from permits.rules.plates import read_plates


@pytest.fixture
def person(harbor, now) -> Callable[..., Customer]:
    """Register a customer: `person("ana", "STAFF")`."""

    def make(name: str = "ana", *audiences: str) -> Customer:
        return customers.register_customer(
            email=f"{name}@example.test",
            name=name.title(),
            audiences=audiences,
            by=SYSTEM,
            at=now,
        )

    return make


@pytest.fixture
def hold(harbor, now) -> Callable[..., Permit]:
    """Hold a permit: `hold(customer, "MONTH", "ABC 123")`."""

    def make(customer: Customer, code: str = "MONTH", *plates: str, at=None, **more) -> Permit:
        return operations.hold_permit(
            operations.Wish(code, read_plates(plates), **more),
            customer_id=customer.pk,
            channel=Permit.Channel.API,
            by=SYSTEM,
            at=at or now,
        )

    return make


@pytest.fixture
def pay(harbor, now) -> Callable[..., None]:
    """Pay a permit in cash."""

    def take(permit: Permit, *, at: datetime | None = None, kind: str = "permit") -> None:
        charge = charges.charge_of(kind, permit.number)
        payments.take_payment(
            charge_ids=[charge.id],
            method="cash",
            amount=charge.balance,
            by=SYSTEM,
            at=at or now,
        )
        permit.refresh_from_db()

    return take


@pytest.fixture
def sell(hold, pay) -> Callable[..., Permit]:
    """Hold a permit and pay it."""

    def make(customer: Customer, code: str = "MONTH", *plates: str, at=None, **more) -> Permit:
        permit = hold(customer, code, *plates, at=at, **more)
        if permit.paid_at is None:
            pay(permit, at=at)
        return permit

    return make
