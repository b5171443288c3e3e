"""What a cancellation would give back, before anybody says yes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parkops.customers import queries as customers
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from payments import queries as payments
from permits.models import Permit
from permits.queries.permits import money_of, priced_period, type_of
from permits.rules import refunds
from permits.rules.amounts import Line


@dataclass(frozen=True, slots=True)
class Preview:
    """What comes back of a permit that is cancelled at an instant.

    `net` and `tax` are taken off its charge; of that `back` goes to the customer: not what they have not
    paid yet, nor what pays `pay_first`, their unpaid citations. `lines` explain `back`, `because` the share.
    """

    net: Money
    tax: Money
    back: Money
    lines: tuple[Line, ...]
    because: tuple[str, ...]
    pay_first: tuple[UUID, ...]


def refund_preview(permit: Permit, *, at: datetime) -> Preview:
    """Return what cancelling a permit at `at` would give back; nothing for one that is not paid."""
    rules = programme.version(permit.programme_version).programme
    kind, nothing = type_of(permit), rules.money(0)
    if permit.paid_at is None:
        return Preview(nothing, nothing, nothing, (), (say("Nothing has been paid."),), ())
    quote = refunds.refund(
        kind.refund,
        net_paid=money_of(permit, permit.net_minor),
        tax_paid=money_of(permit, permit.tax_minor),
        period=priced_period(permit),
        at=at,
        zone=rules.tz,
    )
    net = min(quote.net, money_of(permit, permit.net_minor - permit.credited_net_minor))
    tax = min(quote.tax, money_of(permit, permit.tax_minor - permit.credited_tax_minor))
    lines, back, owing = list(quote.lines), net + tax, []
    if back < quote.total:
        lines.append(Line("Given back before, for days suspended", back - quote.total))
    charge, because = payments.charge_of("permit", permit.number), list(quote.because)
    unpaid = charge.balance if charge is not None else nothing
    if unpaid:
        used = min(unpaid, back)
        if used:
            lines.append(Line(say("Not paid yet"), -used))
        back -= used
        if unpaid > used:
            because.append(say("{owed} of its price stays owed.", owed=unpaid - used))
    if kind.refund.net_debt and back:
        keys = [vehicle.plate_key for vehicle in customers.vehicles_of(permit.customer_id)]
        for row in payments.open_charges(customer_id=permit.customer_id, plate_keys=keys, at=at):
            if row.kind == "citation" and back:
                used = min(row.balance, back)
                lines.append(Line(say("Pays citation {reference}", reference=row.reference), -used))
                back -= used
                owing.append(row.id)
    return Preview(net, tax, back, tuple(lines), tuple(because), tuple(owing))
