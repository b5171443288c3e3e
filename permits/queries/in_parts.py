"""How a permit may be paid in parts: which plans there are for it, and the dated parts of the chosen one."""

from dataclasses import dataclass
from datetime import datetime

from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.kernel.texts import Text, say
from payments import queries as payments
from payments.queries import plans as planning
from payments.queries.plans import Offer
from payments.rules.plans import Part
from permits.models import Permit
from permits.queries.permits import money_of


@dataclass(frozen=True, slots=True)
class Way:
    """One way of paying in parts: what it is chosen by, and in words."""

    value: str
    offer: Offer
    count: int
    label: Text

    @property
    def parts(self) -> list[Part]:
        """Its dated parts, the first at once."""
        return self.offer.parts(self.count)


@dataclass(frozen=True, slots=True)
class InParts:
    """The ways of paying a permit in parts, the `chosen` one, what is paid at once beside its first part
    (a deposit), and the charges that are paid then."""

    ways: list[Way]
    chosen: Way
    deposit: Money
    charge_ids: list

    @property
    def first(self) -> Money:
        """What is paid at once: the first part and the deposit."""
        return self.deposit + Money(self.chosen.parts[0].minor, self.deposit.currency)


def ways_of(permit: Permit, *, at: datetime) -> list[Way]:
    """Return the ways of paying a permit in parts, none where there is no such plan for it."""
    charge = payments.charge_of("permit", permit.number, at=at)
    if permit.paid_at is not None or charge is None or charge.is_settled:
        return []
    offers = planning.sale_offers(permit.customer, charge, buys=permit.type_code, at=at)
    found = []
    for offer in offers:
        for count in offer.counts:
            parts = offer.parts(count)
            if len(parts) < 2:
                continue
            label = _label(permit, offer.scheme.every, parts)
            found.append(Way(f"{offer.scheme.code}:{count}", offer, count, label))
    return found


def _label(permit: Permit, every: str, parts: list[Part]) -> Text:
    told = {
        "n": len(parts),
        "first": money_of(permit, parts[0].minor),
        "each": money_of(permit, parts[1].minor),
    }
    if every == "week":
        return say("{n} parts: {first} now, then {each} every week", **told)
    if every == "two-weeks":
        return say("{n} parts: {first} now, then {each} every two weeks", **told)
    return say("{n} parts: {first} now, then {each} every month", **told)


def in_parts(permit: Permit, wanted: str, *, at: datetime) -> InParts:
    """Return how a permit may be paid in parts, with the way `wanted` chosen, or else the first.

    :raises Conflict: `no_parts` if it may not.
    """
    ways = ways_of(permit, at=at)
    if not ways:
        raise Conflict("no_parts", say("This permit is not paid in parts."))
    chosen = next((one for one in ways if one.value == wanted), ways[0])
    deposit = payments.charge_of("deposit", permit.number, at=at)
    price = payments.charge_of("permit", permit.number, at=at)
    rows = [one for one in (deposit, price) if one is not None and not one.is_settled]
    held = deposit.balance if deposit is not None else money_of(permit, 0)
    return InParts(ways, chosen, held, [one.id for one in rows])
