"""Who shares a permit, and how its carpool stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from parkops.kernel.decisions import NotFound
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from parkops.tenancy import signing
from permits.models import Carpool, CarpoolMember, Permit
from permits.queries.permits import type_of
from permits.rules import carpools as rules

JOIN = "carpool-join"
"""The purpose of the signature in an invitation."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A carpool as pages show it: its members and those invited, how many people it has of how many
    it needs and may have, and until when there must be enough (None: there are)."""

    members: list[CarpoolMember]
    people: int
    least: int
    most: int
    until: datetime | None

    @property
    def has_room(self) -> bool:
        """Whether one more may be invited."""
        return len(self.members) + 1 < self.most


def member(reference: UUID | str) -> CarpoolMember:
    """Return a member, with the permit.

    :raises NotFound: if there is none.
    """
    rows = CarpoolMember.objects.select_related("carpool__permit__customer", "customer")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such invitation.")
    return found


def join_path(found: CarpoolMember) -> str:
    """Return the path of the page on which somebody who was invited joins, and later leaves."""
    token = signing.sign(str(found.reference), purpose=JOIN)
    return reverse("portal_carpools:join", args=[token])


def is_open(permit: Permit, *, at: datetime) -> bool:
    """Return whether a carpool may still change at `at`."""
    return permit.status_at(at) in rules.STANDING


def pool_of(permit: Permit) -> Pool | None:
    """Return the carpool of a permit; None for one that nobody shares."""
    rule = type_of(permit).carpool
    pool = Carpool.objects.filter(permit=permit).first() if rule else None
    if rule is None or pool is None:
        return None
    standing = pool.members.filter(ended_at__isnull=True).select_related("customer")
    members = list(standing.order_by("invited_at", "pk"))
    zone = sold_under(permit).tz
    until = (
        rules.deadline(
            rule, fell_short_at=pool.fell_short_at, starts_at=permit.starts_at, zone=zone
        )
        if pool.fell_short_at
        else None
    )
    joined = sum(row.joined_at is not None for row in members)
    return Pool(members, joined + 1, rule.least, rule.most, until)


def sold_under(permit: Permit) -> Programme:
    """Return the program under which a permit was sold."""
    return programme.version(permit.programme_version).programme


def member_plates(permit: Permit) -> set[str]:
    """Return the keys of the plates that the members brought."""
    rows = CarpoolMember.objects.filter(
        carpool__permit=permit, joined_at__isnull=False, ended_at__isnull=True
    )
    return set(rows.values_list("plate_key", flat=True))


def shared_with(customer_id: int) -> list[CarpoolMember]:
    """Return the memberships of a customer in the carpools of others."""
    rows = CarpoolMember.objects.filter(
        customer_id=customer_id, joined_at__isnull=False, ended_at__isnull=True
    )
    return list(rows.select_related("carpool__permit__customer").order_by("-joined_at")[:50])
