"""Where officers are: agreed to, sent, taken back, and erased when its time is over."""

from datetime import datetime

from django.db import transaction

from enforcement.models import OfficerPosition, PositionConsent, Shift
from enforcement.queries.citations import tenant_zone
from enforcement.rules import positions as rules
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.programme import queries as programme


@transaction.atomic
def agree(*, by: Actor, at: datetime) -> PositionConsent:
    """Record that the officer agrees to their position being sent; twice is once."""
    consent, is_new = PositionConsent.objects.get_or_create(
        officer_ref=by.ref,
        withdrawn_at=None,
        defaults={"officer": by.name, "given_at": at},
    )
    if is_new:
        audit.record("position.agreed", subject=("officer", by.ref), actor=by, at=at)
    return consent


@transaction.atomic
def take_back(*, by: Actor, at: datetime) -> int:
    """End the officer's consent and erase at once where they were; returns how many positions."""
    PositionConsent.objects.filter(officer_ref=by.ref, withdrawn_at=None).update(withdrawn_at=at)
    erased, _ = OfficerPosition.objects.filter(officer_ref=by.ref).delete()
    audit.record("position.taken_back", subject=("officer", by.ref), actor=by, at=at, erased=erased)
    return erased


@transaction.atomic
def keep_position(
    lat: float, lon: float, accuracy_m: int | None = None, *, by: Actor, at: datetime
) -> OfficerPosition | None:
    """Keep where the officer is; None if it came again within seconds.

    :raises Refused: "no_consent" or "off_shift".
    """
    # The consent is locked: who takes it back meanwhile leaves no position behind.
    consent = (
        PositionConsent.objects.select_for_update()
        .filter(officer_ref=by.ref, withdrawn_at=None)
        .first()
    )
    last = OfficerPosition.objects.filter(officer_ref=by.ref).order_by("-seen_at").first()
    decision = rules.may_keep(
        has_agreed=consent is not None,
        on_shift=Shift.objects.filter(officer_ref=by.ref, ended_at=None).exists(),
        last_at=last.seen_at if last else None,
        at=at,
    )
    if decision.code == "too_often":
        return None
    decision.require()
    return OfficerPosition.objects.create(
        officer_ref=by.ref, seen_at=at, lat=lat, lon=lon, accuracy_m=accuracy_m
    )


@transaction.atomic
def erase_positions(*, at: datetime) -> int:
    """Erase the positions whose time is over; each run is on record. Returns how many."""
    kept = programme.in_force(at).programme.retention.positions
    before = kept.before(at, tenant_zone())
    erased, _ = OfficerPosition.objects.filter(seen_at__lt=before).delete()
    audit.record(
        "positions.erased",
        subject=("retention", "positions"),
        actor=SYSTEM,
        at=at,
        before=before.isoformat(),
        erased=erased,
    )
    return erased
