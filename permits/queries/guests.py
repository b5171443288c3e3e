"""Guest links as pages and operations read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q

from parkops.kernel.dates import Duration
from parkops.kernel.decisions import Decision, NotFound
from permits.models import GuestLink, Permit, VisitorPass
from permits.rules.guests import Gate, is_open

USED = Q(passes__ends_at__gt=F("passes__starts_at"))
"""A pass called off before it began was not used."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with how many passes were taken by it, and whether it gives more."""

    link: GuestLink
    used: int
    decision: Decision

    @property
    def length(self) -> str:
        """How long one pass may be, in words."""
        return length_text(self.link)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A list of passes given together: how many, how many are not over, from when to when."""

    batch: UUID
    count: int
    open: int
    starts_at: datetime
    ends_at: datetime


def link(code: str) -> GuestLink:
    """Return the link with this code.

    :raises NotFound: if this tenant has none.
    """
    found = GuestLink.objects.select_related("permit__customer").filter(code=code).first()
    if found is None:
        raise NotFound("There is no such link.")
    return found


def gate_of(link: GuestLink, *, plate_key: str = "") -> Gate:
    """Return a link as the rules see it, for a plate."""
    used = link.passes.filter(ends_at__gt=F("starts_at"))
    return _gate(link, used.count(), used.filter(plate_key=plate_key).count() if plate_key else 0)


def links_of(permit: Permit, *, at: datetime, limit: int = 60) -> list[LinkRow]:
    """Return a permit's links, the newest first, by one query."""
    rows = permit.guest_links.annotate(used=Count("passes", filter=USED)).order_by("-pk")[:limit]
    return [LinkRow(row, row.used, is_open(_gate(row, row.used), at=at)) for row in rows]


def link_of(permit: Permit, reference: str) -> GuestLink:
    """Return one link of a permit.

    :raises NotFound: if it has no such link.
    """
    found = permit.guest_links.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such link.")
    return found


def pass_by_reference(reference: str) -> VisitorPass:
    """Return a pass with its permit.

    :raises NotFound: if there is none.
    """
    rows = VisitorPass.objects.select_related("permit", "guest_link")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such pass.")
    return found


def recent_plates(permit: Permit, *, at: datetime, limit: int = 4) -> list[VisitorPass]:
    """Return the last pass of each plate that the host gave one to lately and that has none now,
    the newest first."""
    found: dict[str, VisitorPass] = {}
    for row in permit.passes.filter(guest_link=None, batch=None).order_by("-pk")[:50]:
        found.setdefault(row.plate_key, row)
    over = [row for row in found.values() if row.ended_at is not None or row.ends_at <= at]
    return over[:limit]


def past_passes(permit: Permit, *, at: datetime, limit: int = 20) -> list[VisitorPass]:
    """Return the passes that are over, the latest first."""
    return list(
        permit.passes.filter(Q(ends_at__lte=at) | Q(ended_at__isnull=False)).order_by(
            "-ends_at", "-pk"
        )[:limit]
    )


def batches_of(permit: Permit, *, at: datetime, limit: int = 20) -> list[BatchRow]:
    """Return the lists by which passes were given, the newest first, by one query."""
    rows = (
        permit.passes.filter(batch__isnull=False)
        .values("batch")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(ends_at__gt=at, ended_at=None)),
            starts=Min("starts_at"),
            ends=Max("ends_at"),
            newest=Max("pk"),
        )
        .order_by("-newest")[:limit]
    )
    return [
        BatchRow(row["batch"], row["count"], row["open"], row["starts"], row["ends"])
        for row in rows
        if row["batch"] is not None
    ]


def length_text(link: GuestLink) -> str:
    """Return how long one pass of a link may be, in words."""
    return Duration(minutes=link.minutes).text


def _gate(link: GuestLink, used: int, by_plate: int = 0) -> Gate:
    return Gate(
        link.opens_at,
        link.closes_at,
        link.revoked_at,
        link.uses,
        used,
        link.per_plate,
        by_plate,
    )
