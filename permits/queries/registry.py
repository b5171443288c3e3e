"""What the tenant's register of vehicles says of the plates that somebody wants on a permit."""

from collections.abc import Sequence

from parkops.customers.models import Customer
from parkops.customers.register import sources
from parkops.programme.schema import Programme
from permits.rules import registry
from permits.rules.plates import Plate


def looked_up(
    programme: Programme,
    plates: Sequence[Plate],
    customer: Customer | None,
    *,
    by_staff: bool = False,
) -> tuple[Plate, ...]:
    """Return the plates with what the register knows of them, as they are where none is asked.

    Staff see papers, so they may list what the register would refuse.

    :raises Refused: "vehicle_decommissioned", "vehicle_not_yours" or "vehicle_unknown".
    """
    rule = programme.registry
    if rule is None or not plates:
        return tuple(plates)
    known = sources.look_up(rule.source, [plate.key for plate in plates])
    if customer is not None and not by_staff:
        registry.may_list(
            rule,
            plates,
            known,
            name=customer.name,
            email=customer.email,
            external_id=customer.external_id,
        ).require()
    return registry.filled_in(plates, known)
