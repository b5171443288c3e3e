"""Places of a quota: taken and given back by one conditional statement each, so never oversold."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from permits.models import Permit, Quota, WaitlistEntry

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


def take_places(type_key: str, terms: Sequence[str], *, limit: int) -> bool:
    """Take one place in each of `terms`, all or none; False if one is full at `limit`.

    The rows stay locked until the transaction ends. The order is the same for everybody.
    """
    taken: list[str] = []
    with connection.cursor() as cursor:
        for term in sorted(terms):
            cursor.execute(_TAKE, {"type": type_key, "term": term, "limit": limit})
            if cursor.rowcount == 0:
                give_back(type_key, taken)
                return False
            taken.append(term)
    return True


def lock(wanted: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Lock the counters of several types, always in one order, so that nobody waits for another
    who waits for them."""
    keys = sorted((type_key, term) for type_key, terms in wanted for term in terms)
    for type_key, term in keys:
        Quota.objects.select_for_update().filter(type_key=type_key, term=term).first()


def lock_address(key: str) -> None:
    """Let the sales to one household go one after the other, until the transaction ends."""
    if not key:
        return
    with connection.cursor() as cursor:
        name = f"address:{connection.schema_name}:{key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def give_back(type_key: str, terms: Sequence[str]) -> None:
    """Give back one place in each of `terms`."""
    with connection.cursor() as cursor:
        for term in sorted(terms):
            cursor.execute(_GIVE_BACK, [type_key, term])


@transaction.atomic
def mend_quotas() -> list[str]:
    """Set every counter to the rows that it counts; return what was wrong, in words.

    The counters are locked first, so no sale runs meanwhile.
    """
    counters = list(Quota.objects.select_for_update().order_by("type_key", "term"))
    counted: dict[tuple[str, str], int] = {}
    holders = [
        *Permit.objects.exclude(places=[]).values_list("type_key", "places"),
        *WaitlistEntry.objects.exclude(places=[]).values_list("type_key", "places"),
    ]
    for type_key, terms in holders:
        for term in terms:
            counted[type_key, term] = counted.get((type_key, term), 0) + 1
    wrong = []
    for counter in counters:
        real = counted.get((counter.type_key, counter.term), 0)
        if real != counter.taken:
            wrong.append(f"{counter}, but {real} are counted")
            counter.taken = real
            counter.capacity = max(counter.capacity, real)
            counter.save(update_fields=["taken", "capacity"])
    return wrong
