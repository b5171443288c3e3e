"""Places with their supply and demand in the shape of the Alliance for Parking Data Standards (ISO/TS 5206-1)."""

from typing import Any

from parkops.programme.queries import InForce
from reporting.queries.opening import Space, Spaces


def places(spaces: Spaces, *, found: InForce, language: str) -> dict[str, Any]:
    """Return the zones as places of a paged list, all on one page.

    A count is `counted`; what is known from plates seen and paid for is `derived`, and is from below.
    """
    return {
        "meta": {
            "referenceInstant": int(spaces.at.timestamp()),
            "offset": 0,
            "pageSize": len(spaces.zones),
            "total": len(spaces.zones),
        },
        "data": [_place(zone, spaces, found, language) for zone in spaces.zones],
    }


def _place(zone: Space, spaces: Spaces, found: InForce, language: str) -> dict[str, Any]:
    at = f"{spaces.at:%Y-%m-%dT%H:%M:%SZ}"
    reference: dict[str, Any] = {
        "elementId": {"id": zone.code, "version": found.number, "className": "Place"},
        "supply": [{"supplyViewType": "vehicleView", "supplyQuantity": zone.spaces}],
    }
    if zone.taken is not None:
        demand = {
            "count": zone.taken,
            "percentage": round(min(100 * zone.taken / zone.spaces, 100.0), 1),
            "occupancyCalculation": "counted" if zone.counted else "derived",
            "recordDateTime": at,
        }
        reference["demandTable"] = [{"timestamp": at, "demandType": [demand]}]
    place: dict[str, Any] = {
        "id": zone.code,
        "version": found.number,
        "name": [{"language": language, "string": zone.name}],
        "layer": 0,
        "type": "parkingPlace",
        "timeZone": found.programme.tz.key,
        "hierarchyElementRecord": {"creationTime": at},
        "hierarchyElementReference": reference,
    }
    since = found.begins_at
    if since is not None:
        place["hierarchyElementRecord"] = {"creationTime": f"{since:%Y-%m-%dT%H:%M:%SZ}"}
    return place
