"""Permits as rows of lists, and one permit with all that its page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from parkops.customers.models import Customer
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.kernel.numbers import tidy
from parkops.kernel.periods import Period
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from payments.rules.gl import Facts
from permits.models import Permit, PlateRight
from permits.rules.status import Status


@dataclass(frozen=True, slots=True)
class PlateOn:
    """A plate on a permit: as typed, its key, its region."""

    text: str
    key: str
    region: str


@dataclass(frozen=True, slots=True)
class PermitRow:
    """One permit as lists show it; `status` is at the instant that was asked."""

    permit: Permit
    number: str
    type_code: str
    type_name: str
    status: Status
    customer: Customer
    plates: tuple[PlateOn, ...]
    takes_plates: bool
    zones: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    total: Money


def permit(number: str) -> Permit:
    """Return the permit with this number, as somebody typed it.

    :raises NotFound: if this tenant has none.
    """
    known = Permit.objects.select_related("customer").filter(number=tidy(number) or number).first()
    if known is None:
        raise NotFound("There is no such permit.")
    return known


def type_of(permit: Permit) -> PermitType:
    """Return the permit type as it was when the permit was sold."""
    sold_under = programme.version(permit.programme_version).programme
    kind = sold_under.permit_type(permit.type_code)
    if kind is None:
        raise LookupError(f"version {permit.programme_version} has no type {permit.type_code}")
    return kind


def facts_of(permit: Permit) -> Facts:
    """Return by what a permit's charges are booked: its type, the first zone that it is for, and the
    audience that it was sold to."""
    return Facts(type_of(permit).grants[0].zones[0], permit.type_code, permit.audience)


def money_of(permit: Permit, minor: int) -> Money:
    """Return minor units in the currency that the permit was sold in."""
    return programme.version(permit.programme_version).programme.money(minor)


def priced_period(permit: Permit) -> Period:
    """Return the time that a permit's price is for: its term, or what had not begun of it when it
    was switched to."""
    begins = permit.value_begins_at or permit.starts_at
    return Period(begins if begins < permit.ends_at else permit.starts_at, permit.ends_at)


def terms_at(numbers: Sequence[str], *, at: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Return for what time permits are, as it was known at `at`: one that was ended is until its end, one
    that another replaces until that one's, since what is left of its price counts there."""
    permits = Permit.objects.filter(number__in=numbers)
    replacing = Permit.objects.filter(
        replaces__in=permits, paid_at__lte=at, cancelled_at__isnull=True, lapsed_at__isnull=True
    )
    goes_on = dict(replacing.values_list("replaces_id", "ends_at"))
    found = {}
    for permit in permits:
        period = priced_period(permit)
        ended = [end for end in (permit.cancelled_at, permit.revoked_at) if end and end <= at]
        until = goes_on.get(permit.pk) or min([period.end, *ended])
        found[permit.number] = (period.start, max(period.start, until))
    return found


def plates_of(permits: Iterable[Permit], *, at: datetime) -> dict[int, tuple[PlateOn, ...]]:
    """Return the plates listed on each permit at `at`: those of now, neither visitors'
    passes nor temporary vehicles."""
    ids = [permit.pk for permit in permits]
    found: dict[int, list[PlateOn]] = {}
    for row in _listed(at).filter(permit_id__in=ids):
        plate = PlateOn(row.plate_text, row.plate_key, row.region)
        found.setdefault(row.permit_id or 0, []).append(plate)
    return {key: _each_once(plates) for key, plates in found.items()}


def rows_of(permits: Sequence[Permit], *, at: datetime) -> list[PermitRow]:
    """Return permits (with their customers) as rows, by one more query for their plates."""
    plates = plates_of(permits, at=at)
    return [_row(permit, plates.get(permit.pk, ()), at) for permit in permits]


def plates_listed(at: datetime) -> ArraySubquery:
    """Return the expression of the plates on a permit at `at`, for `row_of`: a list of any length asks
    it in its own statement."""
    plates = _listed(at).filter(permit_id=OuterRef("pk"))
    named = JSONObject(text="plate_text", key="plate_key", region="region")
    return ArraySubquery(plates.values_list(named))


def row_of(permit: Permit, listed: Iterable[Mapping[str, str]], *, at: datetime) -> PermitRow:
    """Return a permit (with its customer) as a row; `listed` is what `plates_listed` found."""
    return _row(permit, _each_once(PlateOn(**plate) for plate in listed), at)


def _listed(at: datetime) -> QuerySet[PlateRight]:
    rows = PlateRight.objects.filter(kind=PlateRight.Kind.PERMIT, temporary__isnull=True)
    return rows.exclude(removed_at__lte=at).order_by("pk")


def _each_once(plates: Iterable[PlateOn]) -> tuple[PlateOn, ...]:
    """A plate that gives way to a temporary one for a while has a row before and a row after it."""
    return tuple(dict.fromkeys(plates))


def permits_of(
    *, customer_id: int | None = None, plate_key: str = "", at: datetime, limit: int = 100
) -> list[PermitRow]:
    """Return the newest permits of a customer, or on which a plate stands or stood."""
    permits = Permit.objects.select_related("customer").order_by("-pk")
    if customer_id is not None:
        permits = permits.filter(customer_id=customer_id)
    if plate_key:
        on = PlateRight.objects.filter(plate_key=plate_key, permit__isnull=False)
        permits = permits.filter(pk__in=on.values("permit_id"))
    return rows_of(list(permits[:limit]), at=at)


def _row(permit: Permit, plates: tuple[PlateOn, ...], at: datetime) -> PermitRow:
    kind = type_of(permit)
    return PermitRow(
        permit=permit,
        number=permit.number,
        type_code=permit.type_code,
        type_name=kind.name,
        status=permit.status_at(at),
        customer=permit.customer,
        plates=plates,
        takes_plates=kind.vehicles.max > 0,
        zones=tuple(dict.fromkeys(zone for grant in kind.grants for zone in grant.zones)),
        starts_at=permit.starts_at,
        ends_at=permit.ends_at,
        total=money_of(permit, permit.net_minor + permit.tax_minor),
    )
