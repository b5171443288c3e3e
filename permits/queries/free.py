"""How many places are free, in a type's own quota and in those that it shares."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.programme.permit_schema import Fixed, PermitType
from parkops.programme.schema import Programme
from permits.models import Quota
from permits.rules import eligibility, quotas


def places_left(kind: PermitType, rules: Programme, places: Sequence[str]) -> int | None:
    """Return how many more may be sold in all of `places`; None where there is no quota."""
    found = tightest(kind, rules, places)
    return found[0] if found else None


def full_quota(kind: PermitType, rules: Programme, places: Sequence[str]) -> str:
    """Return which shared quota keeps a type from being sold in `places`: what it is called; "" if
    none does, or the type's own is full too."""
    found = tightest(kind, rules, places)
    return found[1] if found and not found[0] else ""


def tightest(
    kind: PermitType,
    rules: Programme,
    places: Sequence[str],
    taken: Mapping[quotas.Counter, int] | None = None,
) -> tuple[int, str] | None:
    """Return how many places are left where the fewest are, and what that quota is called if it is
    shared; the type's own comes first of several. None where there is no quota. Counters that were
    looked at already are `taken`."""
    limits = quotas.limits_of(kind, rules)
    if not limits:
        return None
    counters = [quotas.counter_of(code_key(kind.code), place) for place in places]
    if taken is None:
        rows = Quota.objects.filter(
            type_key__in=limits, term__in={term for _, term in counters}
        ).values_list("type_key", "term", "taken")
        taken = {(key, term): count for key, term, count in rows}
    left = [(max(limits.get(key, 0) - taken.get((key, term), 0), 0), key) for key, term in counters]
    if not left:
        return quotas.limit_of(kind, rules) or 0, ""
    fewest, key = min(left, key=lambda one: (one[0], one[1].startswith(quotas.SHARED)))
    return fewest, quotas.named(key, rules)


def places_now(kind: PermitType, rules: Programme, at: datetime) -> tuple[str, ...]:
    """Return where a permit sold now takes its places; none once a fixed term is over."""
    if isinstance(kind.term, Fixed) and not eligibility.is_not_over(kind, rules, start=at):
        return ()
    return quotas.places_of(kind, rules, Period(at, at))
