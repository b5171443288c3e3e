"""What follows when a permit's charge is paid, or is owed again: told by payments."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import ALLOWED, Decision, Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from payments import queries as charges
from payments.settlement import Plannable, Raiser, Subject
from permits.models import Permit
from permits.operations import auto_renewing, coupons, holds, notices, places, switching
from permits.operations.rights_changes import permits_changed
from permits.operations.sales import count_as_paid
from permits.operations.tallying import tallied
from permits.queries import again, free
from permits.queries.coupons import terms_of
from permits.queries.permits import plates_of, terms_at, type_of
from permits.queries.registry import looked_up
from permits.rules import quotas
from permits.rules.coupons import has_use_left
from permits.rules.plates import read_plates

GONE = Decision("sold_out", "The hold ran out and the place has been sold. The money goes back.")
COUPON_GONE = Decision(
    "coupon_used_up", "The hold ran out and its coupon is used up. The money goes back."
)
OVER = Decision("cancelled", "This permit was canceled. The money goes back.")


def lock_permit(number: str) -> None:
    """Lock the permit's row until the transaction ends."""
    Permit.objects.select_for_update(of=("self",)).filter(number=number).first()


def may_pay(number: str, *, at: datetime) -> Decision:
    """Decide whether money for a permit may be taken: not once it ended, nor if its hold ran out
    and no place is left, nor if the register of vehicles refuses a plate meanwhile."""
    permit = Permit.objects.filter(number=number).first()
    if permit is None or permit.cancelled_at or permit.revoked_at or permit.ended_at:
        return Decision("permit_over", "This permit is over; it cannot be paid any more.")
    decision = _may_follow(permit, at=at)
    if not decision and permit.paid_at is None:
        return decision
    if permit.paid_at is None and not (refusal := _of_register(permit, at=at)):
        return refusal
    if permit.lapsed_at is None or permit.paid_at is not None:
        return ALLOWED
    if permit.coupon is not None and not has_use_left(
        terms_of(permit.coupon, permit.customer_id, but=permit)
    ):
        return Decision(COUPON_GONE.code, say("The hold ran out and its coupon is used up."))
    left = free.places_left(type_of(permit), _rules(permit), _places(permit))
    return (
        ALLOWED
        if left is None or left > 0
        else Decision(GONE.code, "The hold ran out and the place has been sold.")
    )


def _may_follow(permit: Permit, *, at: datetime) -> Decision:
    """Decide whether an unpaid permit may still take the place of another, or follow on it."""
    before = permit.renews
    if before is not None and before.customer_id != permit.customer_id:
        return Decision(
            "renewal_over",
            say(
                "Permit {number} went to somebody else, so it is not renewed.", number=before.number
            ),
        )
    return switching.may_settle(permit, at=at)


def _of_register(permit: Permit, *, at: datetime) -> Decision:
    rules = programme.in_force(at).programme
    if rules.registry is None:
        return ALLOWED
    listed = read_plates((row.plate_text, row.region) for row in permit.plates.all())
    by_staff = permit.channel == Permit.Channel.OFFICE
    try:
        looked_up(rules, listed, permit.customer, by_staff=by_staff)
    except Refused as refusal:
        return Decision(refusal.code, str(refusal))
    return ALLOWED


@transaction.atomic
def settle_permit(number: str, *, by: Actor, at: datetime) -> Decision:
    """Make a paid permit valid; a second time changes nothing.

    Money that comes after the hold ran out gets a place if there is one, else is refused, so that
    payments gives it back. A permit suspended because its payment failed is reinstated.
    """
    permit = (
        Permit.objects.select_for_update(of=("self",)).select_related("customer").get(number=number)
    )
    if permit.paid_at is not None:
        _reinstate(_switched_to(permit), by=by, at=at)
        return ALLOWED
    if permit.cancelled_at or permit.revoked_at:
        return OVER
    if permit.replaces is not None:
        # What is decided of the old permit holds until it is ended.
        permit.replaces = _locked(permit.replaces.number)
    decision = _may_follow(permit, at=at)
    if not decision:
        return decision
    if permit.lapsed_at is not None:
        if not coupons.take_use(permit):
            return COUPON_GONE
        wanted, limits = _places(permit), quotas.limits_of(type_of(permit), _rules(permit))
        if wanted and not places.take_places(permit.type_key, wanted, limits=limits):
            return GONE
        permit.places = list(wanted)
    count_as_paid(permit, by=by, at=at)
    switching.end_replaced(permit, by=by, at=at)
    return ALLOWED


@transaction.atomic
def unsettle_permit(number: str, *, by: Actor, at: datetime) -> None:
    """Suspend a permit whose payment bounced or was taken back, until it is paid again."""
    _suspend_unpaid(number, "The payment was taken back.", by=by, at=at)


def plannable(references: Sequence[str], *, waives: bool, at: datetime) -> dict[str, Plannable]:
    """Return what permits would come to in a payment plan, by number; one that is not paid yet is bought
    by it."""
    rows = charges.charges_of("permit", references, at=at)
    found = {}
    for permit in Permit.objects.filter(number__in=references).order_by("pk"):
        row = rows[permit.number]
        is_bought = permit.paid_at is None
        found[permit.number] = Plannable(
            amount=row.amount,
            since=local_date(row.raised_at, _rules(permit).tz),
            decision=_may_buy_in_parts(permit, at=at) if is_bought else ALLOWED,
            buys=permit.type_code if is_bought else "",
        )
    return found


def plan_ended(number: str, *, by: Actor, at: datetime) -> None:
    """Suspend a permit whose payment plan ended with something unpaid, until that is paid."""
    row = charges.charge_of("permit", number, at=at)
    if row is None or row.is_settled:
        return
    because = say("Its payment plan ended unpaid: {owed} is owed.", owed=row.balance)
    _suspend_unpaid(number, because, by=by, at=at)


@transaction.atomic
def plan_resumed(number: str, *, by: Actor, at: datetime) -> None:
    """Let a permit be in force again whose payment plan goes on."""
    _reinstate(_switched_to(_locked(number)), by=by, at=at)


def _may_buy_in_parts(permit: Permit, *, at: datetime) -> Decision:
    if permit.replaces_id is not None:
        told = say("The difference of a switch is paid at once.")
        return Decision("switch", told)
    return may_pay(permit.number, at=at)


@transaction.atomic
def _suspend_unpaid(number: str, because: str, *, by: Actor, at: datetime) -> None:
    permit = (
        Permit.objects.select_for_update(of=("self",)).select_related("customer").get(number=number)
    )
    permit = _switched_to(permit)
    if permit.paid_at is None or permit.cancelled_at or permit.revoked_at:
        return
    if permit.suspended_at and permit.suspended_until is None:
        return
    # A suspension with a last day would end by itself, unpaid: it goes on until the money is here.
    earlier = permit.suspensions[:-1] if permit.suspended_at else permit.suspensions
    begins = min(permit.suspended_at or at, at)
    permit.suspended_at, permit.suspended_until = begins, None
    with tallied(permit):
        permit.suspensions = [*earlier, [begins.isoformat(), None]]
    permit.save(update_fields=["suspended_at", "suspended_until", "suspensions"])
    permits_changed(permit)
    audit.record(
        "permit.suspended",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason=str(because),
        for_payment=True,
    )
    notices.tell("permit.suspended", permit, at=at, occasion=at.isoformat(), reason=because)


def describe_permit(number: str) -> Subject:
    """Return what a permit's charge is for, and the path of its page."""
    permit = Permit.objects.filter(number=number).first()
    if permit is None:
        return Subject(f"Permit {number}", "")
    return Subject(
        f"Permit {number}, {type_of(permit).name}",
        reverse("portal_permits:detail", args=[number]),
        reverse("office_permits:detail", args=[number]),
    )


def evidence_of(number: str) -> list[str]:
    """Return what a bank may be told of a permit: what was sold when, for how long, for which plates."""
    permit = Permit.objects.filter(number=number).select_related("customer").first()
    if permit is None:
        return []
    zone = _rules(permit).tz
    days = [
        f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        for at in (permit.sold_at, permit.starts_at, permit.ends_at)
    ]
    plates = plates_of([permit], at=permit.starts_at).get(permit.pk, ())
    listed = ", ".join(plate.text for plate in plates) or "none listed"
    return [
        f"Permit {number}, {type_of(permit).name}, was sold {days[0]} to {permit.customer.email}.",
        f"It holds from {days[1]} to {days[2]}. Plates: {listed}.",
    ]


def _locked(number: str) -> Permit:
    rows = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.get(number=number)


def _rules(permit: Permit) -> Programme:
    return programme.version(permit.programme_version).programme


def _places(permit: Permit) -> tuple[str, ...]:
    period = Period(permit.starts_at, permit.ends_at)
    return quotas.places_of(type_of(permit), _rules(permit), period)


def _switched_to(permit: Permit) -> Permit:
    """Return the permit that stands for a paid one: the last that it was switched to, locked."""
    heirs = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    while permit.cancelled_at is not None:
        heir = heirs.filter(replaces=permit, paid_at__isnull=False).first()
        if heir is None:
            break
        permit = heir
    return permit


def _is_for_payment(permit: Permit) -> bool:
    """Whether a permit is suspended because of its money: what the office did for another reason stays."""
    rows = AuditEvent.objects.filter(
        subject_kind="permit", subject_ref=permit.number, event="permit.suspended"
    )
    last = rows.order_by("-pk").first()
    return last is not None and bool(last.data.get("for_payment"))


def _reinstate(permit: Permit, *, by: Actor, at: datetime) -> None:
    if permit.suspended_at is None or not _is_for_payment(permit):
        return
    start = permit.suspensions[-1][0]
    with tallied(permit):
        permit.suspensions = [*permit.suspensions[:-1], [start, at.isoformat()]]
    permit.suspended_at = permit.suspended_until = None
    permit.save(update_fields=["suspended_at", "suspended_until", "suspensions"])
    permits_changed(permit)
    audit.record("permit.reinstated", subject=("permit", permit.number), actor=by, at=at)


PERMIT = Raiser(
    settled=settle_permit,
    unsettled=unsettle_permit,
    lock=lock_permit,
    may_pay=may_pay,
    checkout_opened=holds.open_checkout,
    checkout_closed=holds.close_checkout,
    card_failed=auto_renewing.card_failed,
    describe=describe_permit,
    evidence=evidence_of,
    again=again.of_permits,
    terms_at=terms_at,
    plannable=plannable,
    plan_ended=plan_ended,
    plan_resumed=plan_resumed,
    sells_in_parts=True,
    scanned=notices.number_scanned,
)
DEPOSIT = Raiser(
    lock=lock_permit, may_pay=may_pay, describe=describe_permit, again=again.of_deposits
)
