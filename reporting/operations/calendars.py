"""What can be done with the address of a customer's calendar: make one, revoke it."""

import secrets
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from reporting.models import CalendarLink
from reporting.queries.calendars import secret_hash


@transaction.atomic
def make_calendar_link(customer_id: int, *, by: Actor, at: datetime) -> str:
    """Make an address for a customer's calendar and return its secret, which is not kept.

    The one before it leads nowhere any more.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    _revoke(customer, at=at)
    secret = secrets.token_urlsafe(32)
    CalendarLink.objects.create(customer=customer, secret_hash=secret_hash(secret), made_at=at)
    audit.record("calendar.made", subject=("customer", str(customer.reference)), actor=by, at=at)
    return secret


@transaction.atomic
def revoke_calendar_link(customer_id: int, *, by: Actor, at: datetime) -> None:
    """Let the address of a customer's calendar lead nowhere; doing it again changes nothing."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if _revoke(customer, at=at):
        audit.record(
            "calendar.revoked", subject=("customer", str(customer.reference)), actor=by, at=at
        )


def _revoke(customer: Customer, *, at: datetime) -> int:
    return CalendarLink.objects.filter(customer=customer, revoked_at__isnull=True).update(
        revoked_at=at
    )
