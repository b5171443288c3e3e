"""How a boot is ordered and put on, and the boots that we own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from enforcement.models import BootCase, BootDevice, BootNotice, BootPhoto, Citation
from enforcement.operations import hotlist, pictures
from enforcement.queries import boot_cases as casing
from enforcement.queries import boots, checks
from enforcement.queries import citations as citing
from enforcement.queries.boot_cases import KIND
from enforcement.rules import holding
from parkops.audit import operations as audit
from parkops.customers import queries as customers
from parkops.kernel.actors import Actor
from parkops.kernel.codes import is_code
from parkops.kernel.decisions import Conflict, Decision, Refused
from parkops.kernel.money import Money
from parkops.kernel.plates import regions_match
from parkops.messaging import operations as messaging
from parkops.programme import numbering
from parkops.programme import queries as programme
from payments import operations as payments
from payments import place
from payments.accounts import FEE_REVENUE
from payments.rules.gl import Facts

FEE_TEXTS = {casing.BOOT: "Boot", casing.TOW: "Tow", casing.STORAGE: "Storage"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a vehicle stands: its zone, a place in words, a position."""

    zone: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None


NOWHERE = Spot()
"""Where nothing is known of the place."""


@transaction.atomic
def order_boot(
    *, plate: str, region: str = "", by: Actor, at: datetime, zone: str = ""
) -> BootCase:
    """Order a boot for a vehicle that may be booted now.

    :raises Conflict: if it may not, or has an open case already.
    """
    key = checks.key_of(plate)
    lock_debts(key)
    _require(holding.may_boot(boots.arrears_of(key, region, at=at)))
    return open_case(plate=plate, region=region, zone=zone, by=by, at=at)


def open_case(
    *, plate: str, region: str, zone: str, because: str = "", by: Actor, at: datetime
) -> BootCase:
    """Begin the case of a vehicle whose debts are locked.

    :raises Conflict: if it has one already.
    """
    key = checks.key_of(plate)
    known = casing.open_case_of(key, region)
    if known is not None:
        state = casing.state_of(known)
        told = f"This vehicle is {state} already, case {known.number}."
        raise Conflict("held_already", told)
    in_force = programme.in_force(at)
    holders = customers.holders_of(key, at=at)
    try:
        with transaction.atomic():
            case = BootCase.objects.create(
                number=numbering.next_number("B", at=at, zone=in_force.programme.tz),
                plate_text=plate.strip()[:32],
                plate_key=key,
                region=region,
                customer_id=holders[0].pk if len(holders) == 1 else None,
                programme_version=in_force.number,
                because=because or f"{boots.arrears_of(key, region, at=at).text}.",
                zone_code=zone,
                ordered_at=at,
                ordered_by=by.name,
                ordered_by_ref=by.ref,
            )
    except IntegrityError as error:
        raise Conflict("held_already", "This vehicle was ordered in the same moment.") from error
    audit.record("boot.ordered", subject=(KIND, case.number), actor=by, at=at, because=case.because)
    return case


@transaction.atomic
def cancel_order(number: str, *, reason: str, by: Actor, at: datetime) -> BootCase:
    """Take an order back, as long as the boot is not on.

    :raises NotFound: if there is no such case.
    :raises Conflict: if the vehicle is held, or the order is over.
    :raises Refused: without a reason.
    """
    case = locked(number)
    if casing.state_of(case) is not holding.State.ORDERED:
        raise Conflict("not_ordered", "Only an order whose boot is not on can be taken back.")
    if not reason.strip():
        raise Refused("reason", "Say why the order is taken back.", field="reason")
    return cancel(case, reason=reason.strip(), by=by, at=at)


def cancel(case: BootCase, *, reason: str, by: Actor, at: datetime) -> BootCase:
    """End the order of a locked case."""
    case.cancelled_at, case.cancelled_because = at, reason
    case.save(update_fields=["cancelled_at", "cancelled_because"])
    audit.record("boot.cancelled", subject=(KIND, case.number), actor=by, at=at, reason=reason)
    return case


@transaction.atomic
def apply_boot(
    number: str,
    *,
    device: str = "",
    spot: Spot = NOWHERE,
    files: Sequence[bytes] = (),
    by: Actor,
    at: datetime,
) -> BootCase:
    """Put an ordered boot on, charge for it, and tell the owner where one is known.

    :raises NotFound: if there is no such case.
    :raises Conflict: if the rule holds no more, as when the owner has paid meanwhile, or it is on.
    :raises Refused: for a boot that we do not own, or that is on another wheel.
    """
    case = locked(number)
    arrears = boots.arrears_of(case.plate_key, case.region, at=at)
    _require(holding.may_apply(casing.state_of(case), arrears))
    case.device = _device(device) if device.strip() else None
    case.applied_at, case.applied_by = at, by.name
    stand(case, spot, at=at)
    case.save()
    _add_photos(case, files, by=by, at=at)
    charge(case, casing.BOOT, casing.rules_of(case).fee("boot"), by=by, at=at)
    list_as_held(case, by=by, at=at)
    audit.record(
        "boot.applied",
        subject=(KIND, case.number),
        actor=by,
        at=at,
        boot=case.device.number if case.device else "",
        zone=case.zone_code,
    )
    tell_owner(case, "citation.booted", at=at)
    return case


@transaction.atomic
def boot_vehicle(
    *,
    plate: str,
    region: str = "",
    device: str = "",
    spot: Spot = NOWHERE,
    files: Sequence[bytes] = (),
    by: Actor,
    at: datetime,
) -> BootCase:
    """Put a boot on a vehicle at once: on the open order, or ordering it in the same act.

    :raises Conflict: if it may not be booted, or is booted already.
    :raises Refused: as `apply_boot`.
    """
    key = checks.key_of(plate)
    lock_debts(key)
    case = casing.open_case_of(key, region)
    if case is None:
        case = order_boot(plate=plate, region=region, zone=spot.zone, by=by, at=at)
    return apply_boot(case.number, device=device, spot=spot, files=files, by=by, at=at)


@transaction.atomic
def leave_notice(*, plate: str, region: str = "", by: Actor, at: datetime) -> BootNotice:
    """Note that a notice was left on a vehicle that owes enough: it may be booted when its days have run.

    A notice of before counts on; leaving a second one changes nothing.

    :raises Conflict: if it does not owe enough.
    """
    key = checks.key_of(plate)
    lock_debts(key)
    if not boots.arrears_of(key, region, at=at).is_enough:
        raise Conflict("not_enough", "This vehicle does not owe enough for a boot.")
    for known in BootNotice.objects.filter(plate_key=key).order_by("-sent_at", "-pk"):
        if regions_match(known.region, region):
            return known
    notice = BootNotice.objects.create(
        plate_key=key, region=region, sent_at=at, sent_to="on the vehicle"
    )
    audit.record("boot.notice_left", subject=("boot_notice", str(notice.pk)), actor=by, at=at)
    return notice


@transaction.atomic
def add_device(
    number: str, *, release_code: str = "", store: str = "", by: Actor, at: datetime
) -> BootDevice:
    """Take a boot into the inventory.

    :raises Refused: for a number that is no code, or is taken.
    """
    number = number.strip()
    if not is_code(number) or len(number) > 20:
        raise Refused(
            "number", "A boot's number is letters, digits, - and _, 20 at most.", field="number"
        )
    if BootDevice.objects.filter(number__iexact=number).exists():
        raise Refused("number_taken", f"There is a boot {number} already.", field="number")
    device = BootDevice.objects.create(
        number=number, release_code=release_code.strip()[:20], store=store.strip(), added_at=at
    )
    audit.record("boot_device.added", subject=("boot_device", number), actor=by, at=at)
    return device


@transaction.atomic
def withdraw_device(number: str, *, reason: str, by: Actor, at: datetime) -> BootDevice:
    """Take a boot out of the inventory: broken, lost, sold.

    :raises Conflict: while it is on a wheel.
    :raises Refused: if we own no such boot, or without a reason.
    """
    device = _known_device(number)
    if BootCase.objects.open().filter(device=device, towed_at=None).exists():
        raise Conflict("on_wheel", f"Boot {device.number} is on a wheel.")
    if not reason.strip():
        raise Refused("reason", "Say what became of it.", field="reason")
    device.withdrawn_at, device.withdrawn_because = at, reason.strip()[:300]
    device.save(update_fields=["withdrawn_at", "withdrawn_because"])
    audit.record(
        "boot_device.withdrawn",
        subject=("boot_device", device.number),
        actor=by,
        at=at,
        reason=reason.strip(),
    )
    return device


def lock_debts(plate_key: str) -> None:
    """Lock the citations on a plate that are owed, before anything of its case, as payments does."""
    list(
        Citation.objects.unpaid()
        .filter(plate_key=plate_key)
        .order_by("number")
        .select_for_update()
        .values_list("pk", flat=True)
    )


def locked(number: str) -> BootCase:
    """Return a case, locked after the debts of its vehicle.

    :raises NotFound: if there is none.
    """
    case = casing.case(number)
    lock_debts(case.plate_key)
    return BootCase.objects.select_for_update().get(pk=case.pk)


def stand(case: BootCase, spot: Spot, *, at: datetime) -> None:
    """Write down where the vehicle stands; what is not known stays as it is.

    :raises Refused: for a zone that the program has not.
    """
    if spot.zone:
        zone = programme.in_force(at).programme.zone(spot.zone)
        if zone is None:
            raise Refused("unknown_zone", f"The program has no zone {spot.zone}.", field="zone")
        case.zone_code = zone.code
    case.place = spot.place.strip()[:200] or case.place
    if spot.lat is not None and spot.lon is not None:
        case.lat, case.lon = spot.lat, spot.lon


def charge(case: BootCase, kind: str, amount: Money, *, by: Actor, at: datetime) -> None:
    """Raise a fee of a case; the program may have none. A second time changes nothing."""
    if not amount.minor:
        return
    payments.raise_charge(
        kind=kind,
        reference=case.number,
        text=f"{FEE_TEXTS[kind]}, case {case.number}",
        net=amount,
        tax=place.money(0),
        customer_id=case.customer_id,
        plate_key=case.plate_key,
        due_on=place.local_date(at),
        revenue=FEE_REVENUE,
        facts=Facts(zone=case.zone_code),
        by=by,
        at=at,
    )


def list_as_held(case: BootCase, *, by: Actor, at: datetime) -> None:
    """Let officers, with a signal and without, see that a vehicle is held."""
    if case.listed is not None:
        return
    entry = hotlist.add_to_hotlist(
        plate=case.plate_text,
        region=case.region,
        kind=holding.BOOTED,
        note=f"Held since {at.astimezone(citing.tenant_zone()):%d %b %H:%M}, case {case.number}",
        by=by,
        at=at,
    )
    case.listed = entry.reference
    case.save(update_fields=["listed"])


def tell_owner(case: BootCase, event: str, *, at: datetime) -> None:
    """Write to the owner, where one is known, how their vehicle stands."""
    owner = case.customer
    if owner is None:
        return
    shown = casing.now(case, at=at)
    messaging.send_once(
        event=event,
        key=f"boot:{case.number}:{event}",
        to=owner.email,
        customer_id=owner.pk,
        language=owner.language,
        context={
            "name": owner.name,
            "plate": case.plate_text,
            "number": case.number,
            "owed": shown.owed,
            "is_towed": case.towed_at is not None,
            "lot": case.lot,
            "code": case.device.release_code if case.device and case.towed_at is None else "",
            "path": casing.path_of(case),
        },
        at=at,
    )


def add_photos(number: str, files: Sequence[bytes], *, by: Actor, at: datetime) -> None:
    """Add pictures to a case, all or none.

    :raises NotFound: if there is no such case.
    :raises Refused: if one is no picture, or too large.
    """
    with transaction.atomic():
        _add_photos(locked(number), files, by=by, at=at)


def _add_photos(case: BootCase, files: Sequence[bytes], *, by: Actor, at: datetime) -> None:
    for data in files:
        picture = pictures.take_in(data, zone=citing.tenant_zone())
        if case.photos.filter(original_sha256=picture.original_sha256).exists():
            pictures.forget(picture)
            continue
        BootPhoto.objects.create(
            case=case,
            **picture.kept,
            added_at=at,
            added_by=by.name,
        )


def _device(number: str) -> BootDevice:
    device = _known_device(number)
    if device.withdrawn_at is not None:
        raise Refused("boot_withdrawn", f"Boot {device.number} was withdrawn.", field="boot")
    held = BootCase.objects.open().filter(device=device, towed_at=None).first()
    if held is not None:
        told = f"Boot {device.number} is on {held.plate_text}, case {held.number}."
        raise Refused("boot_in_use", told, field="boot")
    return device


def _known_device(number: str) -> BootDevice:
    device = BootDevice.objects.select_for_update().filter(number__iexact=number.strip()).first()
    if device is None:
        raise Refused("unknown_boot", f"We own no boot {number.strip()}.", field="boot")
    return device


def _require(decision: Decision) -> None:
    if not decision:
        raise Conflict(decision.code, decision.reason)
