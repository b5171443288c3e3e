"""What permits show on a customer's page, to staff and to the customer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse

from parkops.customers.models import Customer
from parkops.customers.panels import Act, Duty, Right
from parkops.customers.timeline import Subject
from parkops.kernel.permissions import Permission
from parkops.kernel.texts import named, say
from permits.models import ParkingSession
from permits.queries import carpools, line, validations
from permits.queries.pages import BADGES
from permits.queries.permits import PermitRow, permits_of, type_of
from permits.queries.stay_pages import BADGES as STAY_BADGES
from permits.queries.stays import stay_path
from permits.rules.status import CURRENT, Status

MOST = 50


def rights(subject: Subject, *, at: datetime) -> Sequence[Right]:
    """Return a customer's permits, those that stand first; carts given up are left out."""
    rows = permits_of(customer_id=subject.customer_id, at=at, limit=MOST)
    kept = [row for row in rows if row.status in CURRENT or row.permit.paid_at is not None]
    kept.sort(key=lambda row: row.status not in CURRENT)
    return [
        *_running_stays(subject, at=at),
        *_permits(kept),
        *_shared(subject, at=at),
        *_waits(subject, at=at),
    ]


def _running_stays(subject: Subject, *, at: datetime) -> list[Right]:
    rows = ParkingSession.objects.filter(
        customer_id=subject.customer_id, starts_at__lte=at, ends_at__gt=at, stopped_at=None
    )
    return [
        Right(
            row.number,
            say("Parking in {zone_code}", zone_code=row.zone_code),
            *STAY_BADGES["running"],
            row.ends_at,
            (row.plate_text,),
            reverse("office_stays:detail", args=[row.number]),
            stay_path(row.number),
            True,
        )
        for row in rows.order_by("ends_at", "pk")[:MOST]
    ]


def _permits(kept: list[PermitRow]) -> list[Right]:
    return [
        Right(
            row.number,
            row.type_name,
            BADGES[row.status][0],
            BADGES[row.status][1],
            row.ends_at - timedelta(seconds=1),
            tuple(plate.text for plate in row.plates),
            reverse("office_permits:detail", args=[row.number]),
            reverse("portal_permits:detail", args=[row.number]),
            row.status is Status.ACTIVE,
        )
        for row in kept
    ]


def _shared(subject: Subject, *, at: datetime) -> list[Right]:
    """Return the permits of others that a customer shares."""
    found = []
    for member in carpools.shared_with(subject.customer_id):
        permit = member.carpool.permit
        status = permit.status_at(at)
        if status not in CURRENT:
            continue
        holder = permit.customer.name or permit.customer.email
        found.append(
            Right(
                permit.number,
                say("{type}, carpool of {holder}", type=type_of(permit).name, holder=holder),
                BADGES[status][0],
                BADGES[status][1],
                permit.ends_at - timedelta(seconds=1),
                (member.plate_key,),
                reverse("office_permits:detail", args=[permit.number]),
                carpools.join_path(member),
                status is Status.ACTIVE,
            )
        )
    return found


def _waits(subject: Subject, *, at: datetime) -> list[Right]:
    """Return what a customer waits for, with the place in line."""
    rows = line.entries(customer_id=subject.customer_id).filter(status__in=line.OPEN)
    return [
        Right(
            named("Waitlist"),
            place.name,
            named("A place is offered")
            if place.is_offered
            else say("In line: {rank}", rank=place.rank_text),
            "good" if place.is_offered else "",
            place.entry.offer_expires_at if place.is_offered else None,
            (),
            reverse("office_waitlists:detail", args=[place.entry.reference]),
            reverse("portal_permits:waits"),
            False,
        )
        for place in line.places_of(list(rows.order_by("status", "rank", "pk")[:MOST]), at=at)
    ]


def duties(subject: Subject) -> Sequence[Duty]:
    """Return the departments that this person may validate for: those they pay for, and others'."""
    email = Customer.objects.values_list("email", flat=True).get(pk=subject.customer_id)
    rows = validations.departments_of(email=email, customer_id=subject.customer_id)
    return [
        Duty(
            say("Validate visitors' parking"),
            row.name,
            reverse("office_departments:detail", args=[row.reference]),
            reverse("portal_validate:department", args=[row.reference]),
        )
        for row in rows[:MOST]
    ]


def acts(reference: str) -> Sequence[Act]:
    """Return what staff may do for a customer: sell a permit, or put them in line for one."""
    url = f"{reverse('office_permits:new')}?customer={reference}"
    wait_url = f"{reverse('office_waitlists:new')}?customer={reference}"
    return [
        Act("Sell a permit", url, "ticket", str(Permission.PERMIT_SELL), is_primary=True),
        Act("Put in line", wait_url, "clock", str(Permission.PERMIT_CHANGE)),
    ]
