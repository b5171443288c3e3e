"""Where a permit takes its places: in the quota of its type and in those that types share.

A place is a term of the type's own quota ("2026-09-01"), or one of a shared quota with its name
before it ("quota:city/2026-09-01"). A counter is what counts a place.
"""

from collections.abc import Sequence

from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.rules import terms

Counter = tuple[str, str]
SHARED = "quota:"


def places_of(kind: PermitType, rules: Programme, period: Period) -> tuple[str, ...]:
    """Return the places that a permit of this term takes; none where no quota counts its type."""
    shared = [shared_key(quota.code) for quota in rules.quotas_of(kind.code)]
    if kind.quota is None and not shared:
        return ()
    own = terms.quota_terms(kind, period, rules.tz)
    mine = own if kind.quota is not None else ()
    return (*mine, *(f"{key}/{term}" for key in shared for term in own))


def counter_of(type_key: str, place: str) -> Counter:
    """Return the counter of a place of a type: what it is of, and in which term."""
    if not place.startswith(SHARED):
        return type_key, place
    key, _, term = place.partition("/")
    return key, term


def limits_of(kind: PermitType, rules: Programme) -> dict[str, int]:
    """Return how many are sold at most, by what the counters of a type are of."""
    limits = {shared_key(quota.code): quota.limit for quota in rules.quotas_of(kind.code)}
    return limits if kind.quota is None else {code_key(kind.code): kind.quota.limit, **limits}


def limit_of(kind: PermitType, rules: Programme) -> int | None:
    """Return how many of a type can be sold at most; None where no quota counts it."""
    return min(limits_of(kind, rules).values(), default=None)


def named(key: str, rules: Programme) -> str:
    """Return what the shared quota of a counter is called; "" for a type's own."""
    return next((quota.name for quota in rules.shared.quotas if shared_key(quota.code) == key), "")


def sharing(kind: PermitType, rules: Programme) -> list[str]:
    """Return the codes of the other types that share a quota with this one, in the file's order."""
    keys = {code_key(code) for quota in rules.quotas_of(kind.code) for code in quota.permit_types}
    keys.discard(code_key(kind.code))
    return [other.code for other in rules.permit_types if code_key(other.code) in keys]


def shared_key(code: str) -> str:
    """Return what a shared quota's counters are of."""
    return f"{SHARED}{code_key(code)}"


def counters_of(type_key: str, places: Sequence[str]) -> list[Counter]:
    """Return the counters of places, in the one order in which everybody locks them."""
    return sorted(counter_of(type_key, place) for place in places)
