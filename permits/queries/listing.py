"""Which permits a list shows: chosen by plate, holder, number, type, status and zone."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from parkops.customers.models import Customer
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.numbers import tidy
from parkops.kernel.plates import plate_key
from parkops.programme import queries as programme
from permits.models import Permit, PlateRight
from permits.models.permits import status_q
from permits.rules.status import Status

ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; what is empty narrows nothing."""

    text: str = ""
    plate: str = ""
    customer_id: int | None = None
    type_code: str = ""
    status: Status | None = None
    zone: str = ""
    view: str = ""


VIEWS = ("current", "ending", "approval", "held", "all")
"""The saved views of the office's list."""


def matching(filters: Filters, *, at: datetime) -> QuerySet[Permit]:
    """Return the permits that match, with their customers; the caller orders them."""
    rows = Permit.objects.select_related("customer", "renews")
    if filters.text:
        rows = rows.filter(_text_q(filters.text))
    if filters.plate:
        rows = rows.filter(_plate_q(filters.plate))
    if filters.customer_id is not None:
        rows = rows.filter(customer_id=filters.customer_id)
    if filters.type_code:
        rows = rows.filter(type_key=code_key(filters.type_code))
    if filters.status is not None:
        rows = rows.filter(status_q(filters.status, at))
    if filters.zone:
        rows = rows.filter(_zone_q(filters.zone))
    if filters.view:
        rows = rows.filter(view_q(filters.view, at=at))
    return rows


def counts(*, at: datetime, most: int) -> dict[str, int]:
    """Return how many permits each saved view has, by one statement that stops counting beyond
    `most`."""
    parts: list[str] = []
    values: list[Any] = []
    for view in VIEWS:
        rows = Permit.objects.filter(view_q(view, at=at)).order_by().values("pk")[: most + 1]
        sql, own = rows.query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS {view}_rows)")  # noqa: S608
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(VIEWS, cursor.fetchone(), strict=True))


def day_begins(at: datetime) -> datetime:
    """Return the instant at which the tenant's local day of `at` began."""
    zone = programme.in_force(at).programme.tz
    return midnight(local_date(at, zone), zone)


def view_q(view: str, *, at: datetime) -> Q:
    """Return the condition of a saved view, or of those "sold" on the day of `at`; an unknown one is all."""
    if view == "sold":
        return Q(paid_at__gte=day_begins(at), paid_at__lte=at)
    active = status_q(Status.ACTIVE, at)
    return {
        "current": active,
        "ending": active & Q(ends_at__lte=at + ENDS_SOON),
        # What is asked for besides has an index of its own.
        "approval": (
            status_q(Status.PENDING, at)
            & Q(needs_approval=True, approved_at__isnull=True, ended_at__isnull=True)
        )
        | Q(proof_due_by__isnull=False, ended_at__isnull=True),
        "held": status_q(Status.HELD, at) & Q(paid_at__isnull=True, ended_at__isnull=True),
    }.get(view, Q(pk__isnull=False))


def _text_q(text: str) -> Q:
    """Match a number, a hangtag, a plate's beginning, or every word in name or e-mail.

    Each is looked up by an index of its own and then brought together: an `OR` over two tables
    would have every permit read.
    """
    number = tidy(text)
    if number is not None:
        return Q(number=number)
    typed = text.strip()
    people = Customer.objects.all()
    for word in text.split()[:5]:
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    permits = Permit.objects.order_by().values("pk")
    found: list[QuerySet[Any, Any]] = [
        permits.filter(number__startswith=typed.upper()),
        permits.filter(hangtag__iexact=typed).exclude(hangtag=""),
        permits.filter(customer__in=people),
    ]
    with suppress(ValueError):
        on = PlateRight.objects.filter(
            kind=PlateRight.Kind.PERMIT,
            plate_key__startswith=plate_key(text),
            removed_at__isnull=True,
        )
        found.append(on.order_by().values("permit_id"))
    return Q(pk__in=found[0].union(*found[1:]))


def _plate_q(typed: str) -> Q:
    try:
        key = plate_key(typed)
    except ValueError:
        return Q(pk__in=[])
    on = PlateRight.objects.filter(
        kind=PlateRight.Kind.PERMIT, plate_key=key, removed_at__isnull=True
    )
    return Q(pk__in=on.values("permit_id"))


def _zone_q(code: str) -> Q:
    """Match permits that grant the zone, or one that it is within, by the version of their sale."""
    found = Q(pk__in=[])
    for number in Permit.objects.order_by().values_list("programme_version", flat=True).distinct():
        rules = programme.version(number).programme
        kinds = [
            code_key(kind.code)
            for kind in rules.permit_types
            if rules.covers([zone for grant in kind.grants for zone in grant.zones], code)
        ]
        found |= Q(programme_version=number, type_key__in=kinds)
    return found
