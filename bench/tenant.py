"""A tenant to measure in: 10,000 permits of 5,000 people, thrown away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

PERMITS = 10_000
ZONE = "LOT-B"  # enforced always, so that every check has to decide
PROGRAMME = Path(__file__).resolve().parent.parent / "tests/programmes/harbor.yaml"


@dataclass(frozen=True)
class Place:
    """The tenant to measure: its host, its schema, and a token without a limit."""

    host: str
    schema: str
    token: str
    tenant: object


def plate(number: int) -> str:
    """Return the plate of permit `number`: three letters and four digits, few alike, no two the same."""
    letters, digits = divmod(number * 48_271 % (26**3 * 10**4), 10**4)
    first, second, third = (chr(ord("A") + letters // 26**n % 26) for n in (2, 1, 0))
    return f"{first}{second}{third}{digits:04}"


def misread(number: int) -> str:
    """Return the plate of permit `number` with its last digit wrong: one without a right."""
    right = plate(number)
    return f"{right[:-1]}{(int(right[-1]) + 1) % 10}"


@contextmanager
def made(name: str) -> Iterator[Any]:
    """Make an empty tenant, and remove it whatever happens."""
    from parkops.tenancy import operations as tenancy

    at = timezone.now()
    tenant = tenancy.create_tenant(slug=f"bench-{name}-{at:%H%M%S}", name="Bench", at=at)
    try:
        tenancy.open_tenant(tenant)
        yield tenant
    finally:
        connection.set_schema_to_public()
        tenancy.drop_tenant(tenant)


@contextmanager
def thrown_away() -> Iterator[Place]:
    """Make a tenant with 10,000 permits, and remove it whatever happens."""
    from django.conf import settings

    with made("checks") as tenant:
        with tenant_context(tenant):
            token = _fill(timezone.now())
        yield Place(f"{tenant.slug}.{settings.DOMAIN}", tenant.schema_name, token, tenant)


def _fill(at: datetime) -> str:
    """Sell one permit as the office does, copy it, and return a token's secret."""
    from permits.models import Permit

    secret = started(PROGRAMME.read_bytes(), "MONTH", at)
    _copy(Permit.objects.get().number)
    return secret


def started(document: bytes, type_code: str, at: datetime) -> str:
    """Apply a program, sell one permit of a type as the office does, and return a token's secret."""
    from parkops.accounts import operations as accounts
    from parkops.accounts.models import ApiToken
    from parkops.customers import operations as customers
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import load
    from parkops.programme import operations as programme
    from payments import operations as payments
    from payments import queries as charges
    from permits import operations as permits
    from permits.models import Permit
    from permits.rules.plates import read_plates

    loaded = load.load(document, "bench.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=at)
    customer = customers.register_customer(
        email="bench@parkops.test", name="Bench", by=SYSTEM, at=at
    )
    wish = permits.Wish(type_code, read_plates([plate(0)]))
    permit = permits.hold_permit(
        wish, customer_id=customer.pk, channel=Permit.Channel.OFFICE, by=SYSTEM, at=at
    )
    charge = charges.charge_of("permit", permit.number)
    payments.take_payment(charge_ids=[charge.id], method="other", amount=None, by=SYSTEM, at=at)
    made = accounts.create_token(name="bench", scopes=["admin"], by=SYSTEM, at=at)
    ApiToken.objects.filter(pk=made.token.pk).update(requests_per_second=1_000_000)
    return made.secret


def _copy(number: str) -> None:
    from parkops.customers.models import Customer
    from permits.models import Permit, PlateRight
    from permits.queries.rights import near_keys

    people = Customer.objects.bulk_create(
        [
            Customer(email=f"c{n}@parkops.test", name=f"C {n}", created_at=timezone.now())
            for n in range(PERMITS // 2)
        ],
        batch_size=1_000,
    )
    first = Permit.objects.get(number=number)
    right = PlateRight.objects.get(permit=first)
    permits, rights = [], []
    for count in range(1, PERMITS):
        holder = people[count % len(people)].pk
        permits.append(_like(first, number=f"P-BENCH-{count:05}", customer_id=holder))
    Permit.objects.bulk_create(permits, batch_size=1_000)
    for count, permit in enumerate(permits, 1):
        key = plate(count)
        shape = {"plate_key": key, "plate_text": key, "near_keys": near_keys(key)}
        rights.append(_like(right, permit_id=permit.pk, **shape))
    PlateRight.objects.bulk_create(rights, batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _like(row, **other):
    values = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
    return type(row)(**{**values, "id": None, **other})
