"""How much of a limit over several permit types somebody has used already."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from parkops.customers.models import Customer
from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import Permit
from permits.models.permits import current_q
from permits.queries.households import address_q
from permits.rules import shared_limits
from permits.rules.shared_limits import Used


def used_of(
    kind: PermitType,
    rules: Programme,
    customer: Customer | None,
    period: Period,
    *,
    but: Sequence[Permit | None] = (),
    at: datetime,
) -> tuple[Used, ...]:
    """Return every shared limit that holds for a customer who asks for a permit of `kind`, with how
    many of its permits stand for some of `period`; those of `but` are not counted."""
    if customer is None:
        return ()
    found = []
    for limit in shared_limits.holding(kind, rules, address_key=customer.address_key):
        keys = [code_key(code) for code in limit.permit_types]
        standing = Permit.objects.filter(
            current_q(at),
            type_key__in=keys,
            starts_at__lt=period.end,
            ends_at__gt=period.start,
        )
        owner = Q(customer=customer)
        if limit.per == "address":
            owner = address_q(customer.address_key, standing)
        standing = standing.filter(owner).exclude(
            pk__in=[permit.pk for permit in but if permit is not None]
        )
        is_known = limit.per == "customer" or bool(customer.address_key)
        found.append(Used(limit, standing.count() if is_known else None))
    return tuple(found)
