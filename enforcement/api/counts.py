"""Counts of vehicles over HTTP: sensors, gates and people tell how many spaces of a zone are taken."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from enforcement.api.shapes import Body, Code
from enforcement.models import SpaceCount
from enforcement.operations.counts import AT_ONCE, take_counts
from enforcement.queries.counts import counts_of
from enforcement.rules.counts import Told
from parkops.api.auth import needs
from parkops.api.paging import Paging, page_of
from parkops.api.values import Instant, instant_out
from parkops.kernel.permissions import Scope

router = Router()


class CountIn(Body):
    """How many vehicles stand in a zone; `at` left out is now, `capacity` that of the zone."""

    zone: Code
    occupied: int
    capacity: int | None = None
    at: Instant | None = None


class CountsIn(Body):
    """Counts by one kind of counter, up to 5,000."""

    kind: Literal["sensor", "gate", "manual"] = "sensor"
    counts: list[CountIn] = Field(min_length=1, max_length=AT_ONCE)


class CountFilter(Schema):
    """Which counts to list."""

    zone: str = Field("", max_length=24)
    since: Instant | None = Field(None, alias="from")
    until: Instant | None = Field(None, alias="to")


@router.post("/occupancy-counts", auth=needs(Scope.ENFORCEMENT_WRITE))
def take(request: HttpRequest, body: CountsIn) -> dict[str, Any]:
    """Take in counts; the same count again is nothing new. What cannot be kept is told, the rest is kept."""
    now = timezone.now()
    told = [
        Told(place, one.zone, one.at or now, one.occupied, one.capacity)
        for place, one in enumerate(body.counts)
    ]
    taken = take_counts(told, kind=body.kind, by=request.auth.actor, at=now)
    return {
        "taken": taken.taken,
        "known": taken.known,
        "repeated": taken.repeated,
        "over_capacity": taken.over,
        "refused": [
            {"field": f"counts.{fault.line}.{fault.field}", "message": fault.reason}
            for fault in taken.refused
        ],
    }


@router.get("/occupancy-counts", auth=needs(Scope.ENFORCEMENT_READ))
def listing(
    request: HttpRequest, paging: Query[Paging], asked: Query[CountFilter]
) -> dict[str, Any]:
    """List counts, newest first."""
    rows = counts_of(asked.zone, since=asked.since, until=asked.until)
    return page_of(rows, paging, order=["-counted_at", "-id"], out=_out)


def _out(count: SpaceCount) -> dict[str, Any]:
    return {
        "zone": count.zone_code,
        "kind": count.kind,
        "at": instant_out(count.counted_at),
        "occupied": count.occupied,
        "capacity": count.capacity,
        "over_capacity": count.is_over,
    }
