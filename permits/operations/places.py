"""Places of a quota: taken and given back by one conditional statement each, so never oversold."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction

from parkops.customers.households import seal
from permits.models import Permit, Quota, WaitlistEntry
from permits.rules.quotas import Counter, counters_of

# One statement: the counter is made by the first who takes a place, and never passes the limit.
_TAKE = """
INSERT INTO permits_quota (type_key, term, capacity, taken)
SELECT %(type)s, %(term)s, %(limit)s, 1 WHERE %(limit)s > 0
ON CONFLICT (type_key, term) DO UPDATE
SET taken = permits_quota.taken + 1, capacity = GREATEST(%(limit)s, permits_quota.taken + 1)
WHERE permits_quota.taken < %(limit)s
"""
_GIVE_BACK = (
    "UPDATE permits_quota SET taken = taken - 1 WHERE type_key = %s AND term = %s AND taken > 0"
)


def take_places(type_key: str, wanted: Sequence[str], *, limits: Mapping[str, int]) -> bool:
    """Take every place of `wanted`, all or none; False if a counter is full at its limit.

    The rows stay locked until the transaction ends. The order is the same for everybody.
    """
    taken: list[Counter] = []
    with connection.cursor() as cursor:
        for key, term in counters_of(type_key, wanted):
            cursor.execute(_TAKE, {"type": key, "term": term, "limit": limits.get(key, 0)})
            if cursor.rowcount == 0:
                cursor.executemany(_GIVE_BACK, taken)
                return False
            taken.append((key, term))
    return True


def lock(wanted: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Lock the counters of several types, always in one order, so that nobody waits for another
    who waits for them."""
    found = {pair for type_key, places in wanted for pair in counters_of(type_key, places)}
    for key, term in sorted(found):
        Quota.objects.select_for_update().filter(type_key=key, term=term).first()


def lock_address(key: str) -> None:
    """Let the sales to one household go one after the other, until the transaction ends."""
    if not key:
        return
    with connection.cursor() as cursor:
        name = f"address:{connection.schema_name}:{seal(key)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def give_back(type_key: str, places: Sequence[str]) -> None:
    """Give back the places of a type's permit."""
    with connection.cursor() as cursor:
        for key, term in counters_of(type_key, places):
            cursor.execute(_GIVE_BACK, [key, term])


@transaction.atomic
def mend_quotas() -> list[str]:
    """Set every counter to the rows that it counts; return what was wrong, in words.

    The counters are locked first, so no sale runs meanwhile.
    """
    counters = list(Quota.objects.select_for_update().order_by("type_key", "term"))
    counted: dict[Counter, int] = {}
    holders = [
        *Permit.objects.exclude(places=[]).values_list("type_key", "places"),
        *WaitlistEntry.objects.exclude(places=[]).values_list("type_key", "places"),
    ]
    for type_key, places in holders:
        for pair in counters_of(type_key, places):
            counted[pair] = counted.get(pair, 0) + 1
    wrong = []
    for counter in counters:
        real = counted.get((counter.type_key, counter.term), 0)
        if real != counter.taken:
            wrong.append(f"{counter}, but {real} are counted")
            counter.taken = real
            counter.capacity = max(counter.capacity, real)
            counter.save(update_fields=["taken", "capacity"])
    return wrong
