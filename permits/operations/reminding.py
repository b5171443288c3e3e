"""Reminders that a permit ends, each once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.programme import queries as programme
from permits.models import Permit, RenewalConsent
from permits.operations import notices
from permits.rules.reminders import DAYS_BEFORE, reminder_due
from permits.rules.status import Status
from permits.rules.terms import clock_text

BATCH = 500


def remind(*, at: datetime) -> int:
    """Write to the holders of permits that end soon; returns how many. One transaction each.

    Those renewed already, or that renew by themselves, are left out.
    """
    latest = min(DAYS_BEFORE)
    soon = Permit.objects.with_status(Status.ACTIVE, at).filter(
        Q(reminded_days__isnull=True) | Q(reminded_days__gt=latest),
        ends_at__lte=at + timedelta(days=max(DAYS_BEFORE)),
    )
    renewed = Permit.objects.filter(
        renews__isnull=False, cancelled_at__isnull=True, lapsed_at__isnull=True
    ).values("renews_id")
    by_itself = RenewalConsent.objects.filter(ended_at__isnull=True, card__state="saved").values(
        "permit_id"
    )
    told, last = 0, 0
    while True:
        rows = list(
            soon.filter(pk__gt=last)
            .exclude(pk__in=renewed)
            .exclude(pk__in=by_itself)
            .order_by("pk")
            .values_list("pk", "starts_at", "ends_at", "recorded_at", "reminded_days")[:BATCH]
        )
        if not rows:
            return told
        last = rows[-1][0]
        for pk, starts_at, ends_at, sold_at, reminded in rows:
            due = reminder_due(
                starts_at=starts_at,
                ends_at=ends_at,
                sold_at=sold_at,
                reminded_days=reminded,
                at=at,
            )
            if due is not None:
                told += _remind(pk, due, at=at)


@transaction.atomic
def _remind(pk: int, days: int, *, at: datetime) -> bool:
    rows = Permit.objects.select_for_update(of=("self",)).select_related("customer")
    permit = rows.get(pk=pk)
    if permit.reminded_days is not None and permit.reminded_days <= days:
        return False
    if permit.status_at(at) is not Status.ACTIVE:
        return False
    permit.reminded_days = days
    permit.save(update_fields=["reminded_days"])
    rules = programme.in_force(at).programme
    kind = rules.permit_type(permit.type_code)
    renews = kind is not None and kind.renewal is not None
    path = reverse("portal_permits:renewal", args=[permit.number]) if renews else ""
    notices.tell(
        "permit.ends_soon",
        permit,
        at=at,
        occasion=f"{permit.ends_at.isoformat()}:{days}",
        ends=clock_text(permit.ends_at, rules.tz),
        renew_path=path,
    )
    audit.record(
        "permit.reminded", subject=("permit", permit.number), actor=SYSTEM, at=at, days=days
    )
    return True
