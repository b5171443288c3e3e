"""The programme over HTTP: the version in force, zones, and declared events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import any_token, needs
from parkops.api.values import Instant, instant_out
from parkops.kernel import windows
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Scope
from parkops.kernel.windows import Events
from parkops.programme import occupancy, operations, queries
from parkops.programme.schema import Programme, Zone

router = Router(tags=["Places and program"])


class DeclarationIn(Schema):
    """When an event is on; without `to` it is on until ended."""

    model_config = ConfigDict(populate_by_name=True)

    begins_at: Instant = Field(alias="from")
    ends_at: Instant | None = Field(None, alias="to")


@router.get("/zones", auth=any_token)
def zones(request: HttpRequest, at: Instant | None = None) -> dict[str, Any]:
    """List the zones of the programme in force."""
    moment = at or timezone.now()
    version = queries.in_force(moment)
    events = queries.event_periods()
    taken = occupancy.estimated(moment)
    return {
        "items": [
            _zone(version.programme, zone, moment, events, taken)
            for zone in version.programme.zones
        ],
        "next": None,
    }


@router.get("/zones.geojson", auth=any_token)
def zones_geojson(request: HttpRequest) -> dict[str, Any]:
    """Give the zones that have a geometry as a FeatureCollection."""
    moment = timezone.now()
    version = queries.in_force(moment)
    events = queries.event_periods()
    taken = occupancy.estimated(moment)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": zone.code,
                "geometry": zone.geometry,
                "properties": _zone(version.programme, zone, moment, events, taken),
            }
            for zone in version.programme.zones
            if zone.geometry is not None
        ],
    }


@router.get("/zones/{code}", auth=any_token)
def zone(request: HttpRequest, code: str, at: Instant | None = None) -> dict[str, Any]:
    """Give one zone."""
    moment = at or timezone.now()
    version = queries.in_force(moment)
    found = version.programme.zone(code)
    if found is None:
        raise NotFound(f"There is no zone {code}.")
    return _zone(
        version.programme, found, moment, queries.event_periods(), occupancy.estimated(moment)
    )


@router.get("/programme", auth=any_token)
def programme(request: HttpRequest, at: Instant | None = None) -> dict[str, Any]:
    """Give the version in force, as JSON of the programme file."""
    version = queries.in_force(at or timezone.now())
    return {
        **queries.document(version.number),
        "version": version.number,
        "in_force_from": instant_out(version.begins_at),
    }


@router.post("/events/{code}/declarations", auth=needs(Scope.ADMIN), response={201: dict})
def declare(request: HttpRequest, code: str, body: DeclarationIn) -> Status:
    """Declare that an event, such as a snow emergency, is on."""
    row = operations.declare_event(
        code,
        begins_at=body.begins_at,
        ends_at=body.ends_at,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(
        201,
        {
            "id": row.pk,
            "code": row.event_code,
            "from": instant_out(row.begins_at),
            "to": instant_out(row.ends_at),
            "declared_by": row.declared_by,
        },
    )


def _zone(
    programme: Programme,
    zone: Zone,
    at: datetime,
    events: Events,
    taken: Mapping[str, occupancy.Estimate],
) -> dict[str, Any]:
    capacity = zone.capacity
    found = taken.get(code_key(zone.code))
    return {
        "code": zone.code,
        "name": zone.name,
        "kind": zone.kind,
        "parent": zone.within,
        "capacity": capacity.model_dump() if capacity else None,
        "enforced": windows.describe(zone.enforced) if zone.enforced else "never",
        "enforced_now": programme.holds(zone.enforced, at, events=events),
        "occupancy": {
            "estimate": found.occupied if found else 0,
            "low": found.low if found else 0,
            "high": found.high if found else None,
            "because": list(found.because) if found else [],
            "capacity": capacity.total if capacity else None,
        },
        "max_stay_minutes": zone.max_stay.total_minutes if zone.max_stay else None,
    }
