"""The current tenant's currency, time zone and numbers, as payments need them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django_tenants.utils import schema_context

from parkops.kernel import dates, numbers
from parkops.kernel.money import Money
from parkops.programme import numbering
from parkops.tenancy.models import Tenant


def tenant() -> Tenant:
    """Return the current tenant."""
    current = connection.tenant
    if isinstance(current, Tenant):
        return current
    schema = connection.schema_name
    with schema_context("public"):
        return Tenant.objects.get(schema_name=schema)


def currency() -> str:
    """Return the ISO 4217 code of the tenant's money."""
    return tenant().currency


def money(minor: int) -> Money:
    """Return `minor` units of the tenant's money."""
    return Money(minor, currency())


def local_date(at: datetime) -> date:
    """Return the date on the tenant's calendars at `at`."""
    return at.astimezone(ZoneInfo(tenant().timezone)).date()


def day_start(on: date) -> datetime:
    """Return the instant at which the tenant's local day begins."""
    return dates.midnight(on, ZoneInfo(tenant().timezone))


def day_end(on: date) -> datetime:
    """Return the instant at which the tenant's local day ends: the next one's beginning."""
    return day_start(on + timedelta(days=1))


def next_receipt(*, at: datetime) -> str:
    """Return a number for a payment that no other has or gets.

    It comes from a sequence, so that payments do not wait for each other; one that is rolled back
    leaves a gap, which the next year does not close either.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_receipt')")
        count = cursor.fetchone()[0]
    return numbers.make_number("R", local_date(at).year, count)


def next_receipts(wanted: int, *, at: datetime) -> list[str]:
    """Return so many of these numbers, for payments that are made together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_receipt') FROM generate_series(1, %s)", [wanted])
        counts = [count for (count,) in cursor.fetchall()]
    year = local_date(at).year
    return [numbers.make_number("R", year, count) for count in counts]


def next_number(prefix: str, *, at: datetime) -> str:
    """Return the tenant's next number under `prefix`; see `numbering.next_number`."""
    return numbering.next_number(prefix, at=at, zone=ZoneInfo(tenant().timezone))
