"""Departments' codes, what they cover, what has been used, and who may validate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import say, say_n
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from permits.models import Department, ParkingSession, Validation, ValidationCode
from permits.queries.stays import price
from permits.rules import validations
from permits.rules.guests import code_of
from permits.rules.stay_lengths import minutes_until
from permits.rules.validations import Limits, Use

STANDS = Q(validations__released_at=None, validations__isnull=False)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a code pays of a stay."""

    net: int
    tax: int
    use: Use


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department with what it has used of its quota in the period that runs, in words and money."""

    department: Department
    used: Use
    spent: Money
    used_text: str
    left: int | None


def department(reference: str) -> Department:
    """Return the department with this reference.

    :raises NotFound: if this tenant has none.
    """
    found = Department.objects.select_related("customer").filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such department.")
    return found


def departments_of(*, email: str, customer_id: int) -> list[Department]:
    """Return the departments that this person may validate for."""
    rows = Department.objects.filter(
        Q(customer_id=customer_id) | Q(validators__contains=[email.lower()]), closed_at=None
    )
    return list(rows.order_by("name"))


def departments(*, at: datetime) -> list[DepartmentRow]:
    """Return all departments, those that are open first."""
    rows = Department.objects.select_related("customer")
    rules = programme.in_force(at).programme
    spent = _used_by_each(rules, at=at)
    listed = rows.order_by(F("closed_at").asc(nulls_first=True), "name")
    return [_row(one, spent.get(one.pk, Use()), rules) for one in listed]


def row(one: Department, rules: Programme, *, at: datetime) -> DepartmentRow:
    """Return a department with what it has used."""
    return _row(one, used(one, rules, at=at), rules)


def _row(one: Department, now: Use, rules: Programme) -> DepartmentRow:
    limit = validations.limit_of(one.unit, one.quota)
    return DepartmentRow(
        one,
        now,
        rules.money(now.minor),
        _of_quota(one, now, rules),
        None if limit is None else max(limit - now.of(one.unit), 0),
    )


def used(one: Department, rules: Programme, *, at: datetime) -> Use:
    """Return what a department has used in the month or year of its quota."""
    return _used_by_each(rules, only=one, at=at).get(one.pk, Use())


def _used_by_each(
    rules: Programme, *, only: Department | None = None, at: datetime
) -> dict[int, Use]:
    """Return what each department has used in the month or year of its own quota."""
    in_period = Q()
    for per in Department.Per.values:
        since = validations.counts_since(per, at=at, zone=rules.tz, year=rules.year_start)
        in_period |= Q(department__per=per, given_at__gte=since)
    rows = Validation.objects.filter(in_period, released_at=None, given_at__lte=at)
    if only is not None:
        rows = rows.filter(department=only)
    sums = (
        rows.order_by()
        .values("department")
        .annotate(n=Count("pk"), m=Sum("minutes"), net=Sum("net_minor"), tax=Sum("tax_minor"))
    )
    return {one["department"]: Use(one["n"], one["m"], one["net"] + one["tax"]) for one in sums}


def code(typed: str) -> ValidationCode:
    """Return the code that somebody typed.

    :raises Refused: "unknown_code".
    """
    rows = ValidationCode.objects.select_related("department")
    found = rows.filter(code=code_of(typed)).first()
    if found is None or found.department.closed_at is not None:
        raise Refused(
            "unknown_code",
            say("No department hands out this code. Compare it once more."),
            field="code",
        )
    return found


def is_known(typed: str) -> bool:
    """Return whether a department hands out this code."""
    return ValidationCode.objects.filter(code=typed, department__closed_at=None).exists()


def require_usable(one: ValidationCode, *, plate_key: str, at: datetime) -> None:
    """Do nothing if a code is good for a plate at `at`.

    :raises Refused: with the reason.
    """
    standing = one.validations.filter(released_at=None)
    limits = Limits(
        one.opens_at,
        one.closes_at,
        one.revoked_at,
        one.uses,
        standing.count(),
        one.per_plate,
        standing.filter(plate_key=plate_key).count(),
    )
    validations.may_use_code(limits, at=at).require()


def require_zone(one: Department, zone_code: str, rules: Programme, *, field: str = "zone") -> None:
    """Do nothing if a department pays for parking in a zone.

    :raises Refused: "wrong_zone".
    """
    if not rules.covers(one.zones, zone_code):
        raise Refused(
            "wrong_zone",
            say("{name} does not pay for parking in {zone}.", name=one.name, zone=zone_code),
            field=field,
        )


def cover(
    one: ValidationCode, rules: Programme, zone_code: str, *, start: datetime, ends: datetime
) -> Cover:
    """Return what a code pays of a stay: its share of what its first minutes cost."""
    until = min(ends, start + timedelta(minutes=one.minutes))
    quote = price(rules, zone_code, start, until)
    net = validations.part_of(quote.net.minor, one.share)
    tax = validations.part_of(quote.tax.minor, one.share)
    return Cover(net, tax, Use(1, minutes_until(start, until), net + tax))


def running(
    one: Department, *, plate_key: str, zone_code: str, at: datetime
) -> ParkingSession | None:
    """Return the stay of a plate in a zone that runs at a department's expense, if there is one."""
    numbers = Validation.objects.filter(
        department=one, plate_key=plate_key, zone_code=zone_code, released_at=None
    )
    rows = ParkingSession.objects.filter(
        number__in=numbers.values("number"), ends_at__gt=at, stopped_at=None
    )
    return rows.order_by("-pk").first()


def codes_of(one: Department, *, limit: int = 50) -> list[ValidationCode]:
    """Return a department's codes with how often each was used (`used`), the newest first."""
    rows = one.codes.annotate(used=Count("validations", filter=STANDS))
    return list(rows.order_by("-pk")[:limit])


def uses_of(one: Department) -> QuerySet[Validation]:
    """Return the uses that stand, the newest first."""
    rows = Validation.objects.filter(department=one, released_at=None)
    return rows.select_related("code").order_by("-given_at", "-pk")


def with_money(rows: Sequence[Validation], *, at: datetime) -> list[tuple[Validation, Money]]:
    """Return uses with what each cost the department."""
    rules = programme.in_force(at).programme
    return [(one, rules.money(one.net_minor + one.tax_minor)) for one in rows]


def _of_quota(one: Department, now: Use, rules: Programme) -> str:
    """Say what is used in the month or year, of how much."""
    used_text: object = rules.money(now.minor)
    limit: object = rules.money(one.quota or 0)
    if one.unit != Department.Unit.MONEY:
        limit = one.quota
        used_text = say_n("{n} use", "{n} uses", now.uses)
    if one.unit == Department.Unit.HOURS:
        used_text = say("{hours} hours", hours=f"{now.minutes / 60:.4g}")
    monthly = one.per == Department.Per.MONTH
    if one.quota is None:
        if monthly:
            return say("{used} this month", used=used_text)
        return say("{used} this year", used=used_text)
    if monthly:
        return say("{used} of {limit} this month", used=used_text, limit=limit)
    return say("{used} of {limit} this year", used=used_text, limit=limit)
