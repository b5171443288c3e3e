"""Which permit of a holder others go with, and which go with it."""

from collections.abc import Sequence
from datetime import datetime

from parkops.customers.models import Customer
from parkops.kernel.codes import code_key
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import Permit
from permits.models.permits import current_q
from permits.rules import seconds
from permits.rules.seconds import First
from permits.rules.terms import Run


def run_with_first(
    kind: PermitType,
    rules: Programme,
    customer: Customer | None,
    run: Run,
    *,
    renews: Permit | None = None,
    but: Permit | None = None,
    at: datetime,
) -> Run:
    """Return the term of a permit that goes with the customer's first one, cut to its end; any other
    as it is. `but` is the permit in whose place it comes.

    :raises Refused: "needs_first" or "first_over".
    """
    if not kind.second_to or customer is None:
        return run
    first = first_of(kind, customer, renews=renews, but=but, at=at)
    seconds.needs_first(kind, rules, first).require()
    return seconds.cut(kind, run, first, zone=rules.tz)


def first_of(
    kind: PermitType,
    customer: Customer,
    *,
    renews: Permit | None = None,
    but: Permit | None = None,
    at: datetime,
) -> First | None:
    """Return the paid permit that one of `kind` would go with; None where it is itself the first."""
    found = [permit for permit in _standing(kind, customer.pk, at=at) if permit != but]
    lines = [(_root(permit), permit.number, permit.ends_at) for permit in found]
    oldest = min((root for root, _, _ in lines), default=None)
    if renews is not None and _root(renews) == oldest:
        return None
    return seconds.primary(lines)


def going_with(permit: Permit, *, at: datetime) -> list[Permit]:
    """Return the holder's permits that go with this one and would have none to go with without it."""
    rules = programme.in_force(at).programme
    own = code_key(permit.type_code)
    kinds = [
        kind for kind in rules.permit_types if own in {code_key(code) for code in kind.second_to}
    ]
    if not kinds or permit.paid_at is None:
        return []
    root = _root(permit)
    found = []
    for kind in kinds:
        firsts: Sequence[Permit] = _standing(kind, permit.customer_id, at=at)
        lines = {one.pk: _root(one) for one in firsts}
        others = [one for one in firsts if one.pk != permit.pk and lines[one.pk] == root]
        if others or min(lines.values(), default=root) != root:
            continue
        rows = Permit.objects.filter(
            current_q(at), customer_id=permit.customer_id, type_key=code_key(kind.code)
        )
        found += [one for one in rows.exclude(pk=permit.pk).order_by("pk") if _root(one) != root]
    return found


def _standing(kind: PermitType, customer_id: int, *, at: datetime) -> list[Permit]:
    """The customer's paid permits that one of `kind` may go with, the oldest first."""
    keys = [code_key(code) for code in kind.second_to]
    rows = Permit.objects.filter(
        current_q(at), customer_id=customer_id, type_key__in=keys, paid_at__isnull=False
    )
    return list(rows.select_related("renews").order_by("pk"))


def _root(permit: Permit) -> int:
    """The first of a line of renewals."""
    while permit.renews is not None:
        permit = permit.renews
    return permit.pk
