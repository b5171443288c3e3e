"""Departments validate parking: they hand out codes or validate a plate, and pay for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import numbering
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from payments import accounts
from payments import operations as payments
from payments.rules.gl import Facts
from permits.models import Department, ParkingSession, Validation, ValidationCode
from permits.operations import stay_notices, stays
from permits.queries import validations as queries
from permits.queries.stays import price
from permits.rules import guests, sessions, validations
from permits.rules.plates import Plate
from permits.rules.validations import Use

PAID_WITHIN = timedelta(days=30)


@transaction.atomic
def open_department(
    *, name: str, customer_id: int, zones: Sequence[str], by: Actor, at: datetime, **more: Any
) -> Department:
    """Let a department pay for visitors in zones.

    :raises Refused: "unknown_zone", "unknown_customer", or "name_taken".
    """
    rules = programme.in_force(at).programme
    known = [rules.zone(code) for code in zones]
    if not known or None in known:
        raise Refused("unknown_zone", "Choose zones of the program.", field="zones")
    if not Customer.objects.filter(pk=customer_id).exists():
        raise Refused("unknown_customer", "There is no such customer.", field="payer")
    try:
        with transaction.atomic():
            department = Department.objects.create(
                name=name.strip(),
                customer_id=customer_id,
                zones=[zone.code for zone in known if zone is not None],
                created_at=at,
                **more,
            )
    except IntegrityError as error:
        raise Refused("name_taken", "There is a department of this name.", field="name") from error
    _record("department.opened", department, by=by, at=at, name=department.name)
    return department


@transaction.atomic
def close_department(reference: str, *, by: Actor, at: datetime) -> Department:
    """Let a department validate no more; stays that run go on. A second time changes nothing.

    :raises NotFound: if there is no such department.
    """
    department = _locked(reference)
    if department.closed_at is None:
        department.closed_at = at
        department.save(update_fields=["closed_at"])
        _record("department.closed", department, by=by, at=at)
    return department


@transaction.atomic
def make_code(
    reference: str,
    *,
    name: str,
    minutes: int,
    share: int = 100,
    uses: int | None = None,
    per_plate: int = 1,
    opens_at: datetime,
    closes_at: datetime,
    by: Actor,
    at: datetime,
) -> ValidationCode:
    """Make a code that visitors type to park at the department's expense.

    :raises NotFound: if there is no such department.
    :raises Refused: "department_closed", "closes_at", or "too_long" for one stay.
    """
    department = _open(reference)
    if closes_at <= max(opens_at, at):
        raise Refused("closes_at", "The last day is before the first.", field="closes_on")
    _require_length(department, minutes)
    code = ValidationCode.objects.create(
        department=department,
        code=guests.new_code(),
        name=name.strip(),
        minutes=minutes,
        share=share,
        uses=uses,
        per_plate=per_plate,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
    )
    _record("department.code_made", department, by=by, at=at, code=code.name)
    return code


@transaction.atomic
def revoke_code(reference: str, *, by: Actor, at: datetime) -> ValidationCode:
    """Withdraw a code; stays already validated go on. A second time changes nothing.

    :raises NotFound: if there is no such code.
    """
    code = ValidationCode.objects.select_for_update().filter(reference=reference).first()
    if code is None:
        raise NotFound("There is no such code.")
    if code.revoked_at is None:
        code.revoked_at = at
        code.save(update_fields=["revoked_at"])
        _record("department.code_revoked", code.department, by=by, at=at, code=code.name)
    return code


@transaction.atomic
def validate_plate(
    reference: str,
    *,
    plate: Plate,
    zone_code: str,
    minutes: int,
    comment: str = "",
    email: str = "",
    by: Actor,
    at: datetime,
) -> ParkingSession:
    """Let a vehicle park from now at the department's expense; the stay runs at once.

    Asked again while the department's stay for this plate runs there, that stay is the answer.

    :raises NotFound: if there is no such department.
    :raises Refused: "department_closed", "wrong_zone", "too_long", "quota_used_up", or as a stay is.
    """
    department = _open(reference)
    rules, version, zone = stays.zone_sold(zone_code, at=at)
    queries.require_zone(department, zone.code, rules)
    _require_length(department, minutes)
    again = queries.running(department, plate_key=plate.key, zone_code=zone.code, at=at)
    if again is not None:
        return again
    ends = at + timedelta(minutes=minutes)
    rates = rules.rates_for(zone.code)
    sessions.check_length(rates, zone_code=zone.code, minutes=minutes)
    quote = price(rules, zone.code, at, ends)
    _require_quota(department, Use(1, minutes, quote.total.minor), rules, at=at)
    stay = ParkingSession(
        number=numbering.next_number("S", at=at, zone=rules.tz),
        zone_code=zone.code,
        plate_text=plate.text,
        plate_key=plate.key,
        region=plate.region,
        programme_version=version,
        starts_at=at,
        ends_at=ends,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        covered_net_minor=quote.net.minor,
        covered_tax_minor=quote.tax.minor,
        sold_at=at,
        email=email,
    )
    stays.begin(stay, by=by, at=at)
    stays.charge_stay(stay, quote, zone=rules.tz, by=by, at=at)
    Validation.objects.create(
        department=department,
        number=stay.number,
        plate_text=plate.text,
        plate_key=plate.key,
        zone_code=zone.code,
        minutes=minutes,
        net_minor=quote.net.minor,
        tax_minor=quote.tax.minor,
        comment=comment.strip()[:200],
        given_by=by.name,
        given_at=at,
    )
    count(stay.number, by=by, at=at)
    stay_notices.tell("session.stay_begun", stay, at=at)
    return stay


def reserve(
    typed: str,
    *,
    plate: Plate,
    zone_code: str,
    number: str,
    start: datetime,
    ends: datetime,
    by: Actor,
    at: datetime,
) -> tuple[int, int]:
    """Let a code pay for a stay that is asked for: returns the net and tax it pays. Part of that act.

    :raises Refused: "unknown_code", or the code's or quota's reason.
    """
    code = queries.code(typed)
    department = _locked(str(code.department.reference))
    code.department = department
    rules = programme.in_force(at).programme
    queries.require_usable(code, plate_key=plate.key, at=at)
    queries.require_zone(department, zone_code, rules, field="code")
    cover = queries.cover(code, rules, zone_code, start=start, ends=ends)
    _require_quota(department, cover.use, rules, at=at)
    Validation.objects.create(
        department=department,
        code=code,
        number=number,
        plate_text=plate.text,
        plate_key=plate.key,
        zone_code=zone_code,
        minutes=cover.use.minutes,
        net_minor=cover.net,
        tax_minor=cover.tax,
        given_by=by.name,
        given_at=at,
    )
    return cover.net, cover.tax


def count(number: str, *, by: Actor, at: datetime) -> None:
    """Charge the department for a stay that runs now, if one pays for it. Part of that act."""
    row = Validation.objects.filter(number=number, released_at=None).first()
    if row is None or row.charge_reference or not row.net_minor + row.tax_minor:
        return
    department = _locked(str(row.department.reference))
    rules = programme.in_force(at).programme
    today = local_date(at, rules.tz)
    if department.billing == Department.Billing.USE:
        row.charge_reference = f"validation:{number}"
        text = f"Validated parking by {department.name}: {row.plate_text} in {row.zone_code}"
    else:
        row.charge_reference = f"validation:{department.reference.hex[:16]}:{today:%Y-%m}"
        text = f"Validated parking by {department.name}, {today:%B %Y}"
    row.save(update_fields=["charge_reference"])
    together = Validation.objects.filter(charge_reference=row.charge_reference)
    net = sum(together.values_list("net_minor", flat=True))
    tax = sum(together.values_list("tax_minor", flat=True))
    told: dict[str, Any] = {"kind": "fee", "reference": row.charge_reference, "by": by, "at": at}
    charge = payments.raise_charge(
        text=text,
        net=rules.money(row.net_minor),
        tax=rules.money(row.tax_minor),
        customer_id=department.customer_id,
        plate_key="",
        due_on=today + PAID_WITHIN,
        revenue=accounts.SESSION_REVENUE,
        facts=Facts(zone=row.zone_code if department.billing == Department.Billing.USE else ""),
        **told,
    )
    if charge.amount_minor != net + tax:
        payments.change_charge(
            amount=rules.money(net + tax), tax=rules.money(tax), text=text, **told
        )
    _record("department.validated", department, by=by, at=at, session=number)


def release(number: str, *, at: datetime) -> None:
    """Take it that a stay that was asked for is not paid: the department's use comes back."""
    Validation.objects.filter(number=number, released_at=None, charge_reference="").update(
        released_at=at
    )


def _require_quota(department: Department, wanted: Use, rules: Programme, *, at: datetime) -> None:
    used = queries.used(department, rules, at=at)
    validations.within_quota(department.unit, department.quota, used=used, wanted=wanted).require()


def _require_length(department: Department, minutes: int) -> None:
    if minutes > department.longest_minutes:
        raise Refused(
            "too_long",
            say("At most {n} minutes for one visitor.", n=department.longest_minutes),
            field="hours",
        )


def _open(reference: str) -> Department:
    department = _locked(reference)
    if department.closed_at is not None:
        raise Refused("department_closed", "This department validates no parking any more.")
    return department


def _locked(reference: str) -> Department:
    rows = Department.objects.select_for_update(of=("self",))
    department = rows.filter(reference=reference).first()
    if department is None:
        raise NotFound("There is no such department.")
    return department


def _record(event: str, department: Department, *, by: Actor, at: datetime, **data: Any) -> None:
    audit.record(event, subject=("department", str(department.reference)), actor=by, at=at, **data)
