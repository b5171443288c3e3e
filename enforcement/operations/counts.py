"""Counts of vehicles are taken in, many at once; the same count again does nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from enforcement.models import SpaceCount
from enforcement.rules.counts import Fault, Partly, Told, judge
from parkops.kernel.actors import Actor
from parkops.programme import queries as programme
from parkops.programme.schema import Programme

AT_ONCE = 5_000

# Sorted, so that two batches with the same counts wait for each other and never in a circle.
_INSERT = """
INSERT INTO enforcement_spacecount
       (zone_code, kind, counted_at, occupied, capacity, recorded_at, recorded_by, imported_batch)
SELECT zone, %(kind)s, counted_at, occupied, capacity, %(at)s, %(by)s, %(batch)s
  FROM unnest(%(zones)s::text[], %(instants)s::timestamptz[], %(occupied)s::int[], %(capacities)s::int[])
       AS told (zone, counted_at, occupied, capacity)
 ORDER BY zone, counted_at
ON CONFLICT (zone_code, kind, counted_at) DO NOTHING
RETURNING zone_code, counted_at
"""
_KNOWN = """
SELECT c.zone_code, c.counted_at, c.occupied
  FROM unnest(%(zones)s::text[], %(instants)s::timestamptz[]) AS told (zone, counted_at)
  JOIN enforcement_spacecount c
    ON c.zone_code = told.zone AND c.kind = %(kind)s AND c.counted_at = told.counted_at
"""

Key = tuple[str, datetime]


@dataclass(slots=True)
class Taken:
    """What became of counts: taken, known before, told twice at once, refused; how many of those taken
    are over their capacity."""

    taken: int = 0
    known: int = 0
    repeated: int = 0
    over: int = 0
    refused: list[Fault] = field(default_factory=list)


@transaction.atomic
def take_counts(
    told: Iterable[Told | Partly],
    *,
    kind: str,
    by: Actor,
    at: datetime,
    imported_batch: int | None = None,
) -> Taken:
    """Keep counts of one kind; what cannot be kept is refused by itself, naming line and every wrong field.

    A count that is known already for its zone and instant is nothing new; one that says another number
    is refused, as the first one stands.
    """
    rules = programme.in_force(at).programme
    outcome, rest = Taken(), iter(told)
    while rows := list(islice(rest, AT_ONCE)):
        _take(rows, outcome, rules, kind=kind, by=by, at=at, batch=imported_batch)
    return outcome


def _take(
    rows: list[Told | Partly],
    outcome: Taken,
    rules: Programme,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    batch: int | None,
) -> None:
    sound: dict[Key, tuple[Told, int]] = {}
    for row in rows:
        zone = rules.zone(row.zone) if row.zone is not None else None
        own = zone.capacity.total if zone and zone.capacity else None
        faults = judge(row, is_known=zone is not None, own=own, at=at)
        if faults or zone is None or isinstance(row, Partly):
            outcome.refused.extend(faults)
            continue
        capacity = own if row.capacity is None else row.capacity
        earlier = sound.setdefault((zone.code, row.counted_at), (row, capacity or 0))[0]
        if earlier is row:
            continue
        if earlier.occupied == row.occupied:
            outcome.repeated += 1
        else:
            outcome.refused.append(_contradicted(row, earlier.occupied))
    if sound:
        _keep(sound, outcome, kind=kind, by=by, at=at, batch=batch)


def _keep(
    sound: dict[Key, tuple[Told, int]],
    outcome: Taken,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    batch: int | None,
) -> None:
    values: dict[str, Any] = {
        "kind": kind,
        "at": at,
        "by": by.name,
        "batch": batch,
        "zones": [zone for zone, _ in sound],
        "instants": [instant for _, instant in sound],
        "occupied": [row.occupied for row, _ in sound.values()],
        "capacities": [capacity for _, capacity in sound.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        new = {(zone, instant) for zone, instant in cursor.fetchall()}
        outcome.taken += len(new)
        outcome.over += sum(sound[key][0].occupied > sound[key][1] for key in new)
        if len(new) == len(sound):
            return
        cursor.execute(_KNOWN, values)
        before = {(zone, instant): occupied for zone, instant, occupied in cursor.fetchall()}
    for key, (row, _) in sound.items():
        if key in new:
            continue
        if before.get(key, row.occupied) == row.occupied:
            outcome.known += 1
        else:
            outcome.refused.append(_contradicted(row, before[key]))


def _contradicted(row: Told, occupied: int) -> Fault:
    told = (
        f"An earlier count says {occupied:,} for the same zone and instant; the first one stands."
    )
    return Fault(row.line, "occupied", str(row.occupied), told)


def remove_imported(batch: int) -> int:
    """Remove the counts of an import, in its own transaction; returns how many."""
    return SpaceCount.objects.filter(imported_batch=batch).delete()[0]
