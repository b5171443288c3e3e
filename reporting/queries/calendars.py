"""The dates of a customer: when permits end, what is due, until when to appeal, when a hearing is."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from enforcement.models import Citation, Hearing
from enforcement.queries.appeals import appeal_until, may_appeal
from enforcement.queries.citations import standings_of
from parkops.customers import pages, panels
from parkops.customers.models import Customer, Vehicle
from parkops.kernel.calendar_files import Entry, calendar_file
from parkops.kernel.dates import midnight
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.tenancy import hosts
from parkops.ui.speech import said
from reporting.models import CalendarLink

MOST_CITATIONS = 50
LOOKED_BACK = timedelta(days=400)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def secret_hash(secret: str) -> str:
    """Return what is kept of an address's secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def link_of(customer_id: int) -> CalendarLink | None:
    """Return the address of a customer's calendar, None while there is none."""
    return CalendarLink.objects.filter(customer_id=customer_id, revoked_at__isnull=True).first()


def customer_by(secret: str) -> Customer:
    """Return the customer whose calendar is at this address.

    :raises NotFound: if there is none, or it was revoked.
    """
    rows = CalendarLink.objects.select_related("customer")
    found = rows.filter(secret_hash=secret_hash(secret), revoked_at__isnull=True).first()
    if found is None:
        raise NotFound("There is no such calendar.")
    return found.customer


def calendar_of(customer: Customer, *, at: datetime) -> str:
    """Return a customer's dates as a calendar file, in the active language."""
    site = hosts.current_site_url()
    entries = [*_permits(customer, site, at), *_due(customer, site, at)]
    entries += [*_appeals(customer, site, at), *_hearings(customer, at)]
    return calendar_file(entries, product="Parking", site=site, made_at=at)


def _permits(customer: Customer, site: str, at: datetime) -> Iterator[Entry]:
    for right in panels.rights_of(pages.subject_of(customer), at=at):
        if right.until is not None and right.until > at:
            title = said(say("{title} {number} ends", title=right.title, number=right.number))
            yield Entry(
                f"{right.number}-ends",
                title,
                right.until - MINUTE,
                right.until,
                description=f"{site}{right.my_url}" if right.my_url else "",
                remind="-P7D",
            )


def _due(customer: Customer, site: str, at: datetime) -> Iterator[Entry]:
    for debt in panels.debts_of(pages.subject_of(customer), at=at):
        if debt.due_on is not None and debt.amount.minor > 0:
            title = said(say("Pay {amount}: {what}", amount=debt.amount, what=debt.text))
            which = debt.url or debt.text
            name = hashlib.sha256(f"{customer.reference}:{which}".encode()).hexdigest()[:24]
            link = f"{site}{debt.my_url}" if debt.my_url else ""
            yield _last_minute(
                f"due-{name}", title, debt.due_on, description=link, remind="-P2D", at=at
            )


def _appeals(customer: Customer, site: str, at: datetime) -> Iterator[Entry]:
    """The last days to appeal citations of vehicles that were the customer's when they were written."""
    held = list(Vehicle.objects.filter(customer=customer))
    keys = {vehicle.plate_key for vehicle in held if vehicle.plate_key}
    rows = Citation.objects.filter(
        plate_key__in=keys, issued_at__gte=at - LOOKED_BACK, voided_at__isnull=True
    )
    citations = [
        one
        for one in rows.order_by("-issued_at", "-pk")[:MOST_CITATIONS]
        if any(_held(vehicle, one) for vehicle in held)
    ]
    for now in standings_of(citations, at=at):
        until = appeal_until(now)
        if until is not None and until >= now.today and may_appeal(now):
            number = now.citation.number
            title = said(say("Last day to appeal citation {number}", number=number))
            link = f"{site}/citations/{number}/"
            yield _last_minute(
                f"appeal-{number}", title, until, description=link, remind="-P3D", at=at
            )


def _held(vehicle: Vehicle, citation: Citation) -> bool:
    return (
        vehicle.plate_key == citation.plate_key
        and vehicle.added_at <= citation.issued_at
        and (vehicle.removed_at is None or vehicle.removed_at > citation.issued_at)
    )


def _hearings(customer: Customer, at: datetime) -> Iterator[Entry]:
    if not customer.email:
        return
    rows = Hearing.objects.select_related("slot", "appeal").filter(
        appeal__email__iexact=customer.email, released_at__isnull=True, slot__ends_at__gt=at
    )
    for hearing in rows.order_by("slot__starts_at", "pk"):
        number = hearing.appeal.number
        yield Entry(
            f"hearing-{hearing.pk}-{number}",
            said(say("Hearing of appeal {number}", number=number)),
            hearing.slot.starts_at,
            hearing.slot.ends_at,
            place=hearing.slot.place or hearing.slot.video,
            remind="-P1D",
        )


def _last_minute(
    name: str, title: str, on: date, *, description: str, remind: str, at: datetime
) -> Entry:
    """An entry at the last minute of a local day."""
    ends = midnight(on + DAY, programme.in_force(at).programme.tz)
    return Entry(name, title, ends - MINUTE, ends, description=description, remind=remind)
