"""The rights of all plates over the hours to come, as plain intervals under keyed digests.

What programs say is worked out here, so that a copy needs no rules; and a plate is named only by a
digest that nobody can make without the key, so that a copy gives no list of plates away.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

from django.db import connection

from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from permits.queries.right_rows import life_of
from permits.rules import grants
from permits.rules.status import live_periods

DIGEST_BYTES = 12
PERMIT_LETTERS = 12
AT_ONCE = 5_000
_BLOCK = 64

Span = tuple[int, int]
"""From which second (included) to which (excluded)."""


class Entitled(NamedTuple):
    """A right in a zone (by its place in the list asked with) and in all within it.

    A paid stay lifts a time limit by itself, a permit where its type says so (`lifts_max_stay`).
    Where a permit has several vehicles, of which `on_site` may be there at once, `permit` is the same
    for all of them.
    """

    zone: int
    start: int
    end: int
    kind: str
    region: str
    lifts_max_stay: bool = False
    on_site: int | None = None
    permit: str = ""


# Instants as text: a hundred thousand rows of them are read in half the time.
_RIGHTS = """
SELECT left(encode(sha256(%(outer)s::bytea || sha256(%(inner)s::bytea ||
            convert_to(r.plate_key, 'UTF8'))), 'hex'), %(length)s::int) AS digest,
       r.kind, r.region, r.starts_at::text, r.ends_at::text, s.zone_code,
       p.programme_version, p.type_code, r.permit_id, p.suspensions, p.starts_at::text,
       p.ends_at::text, p.hold_expires_at::text, p.paid_at::text, p.needs_approval,
       p.approved_at::text, p.cancelled_at::text, p.revoked_at::text
  FROM permits_plateright r LEFT JOIN permits_permit p ON p.id = r.permit_id
  LEFT JOIN permits_parkingsession s ON s.id = r.session_id
 WHERE r.ends_at > %(since)s AND r.starts_at < %(until)s AND r.ends_at > r.starts_at
   AND (p.id IS NULL OR p.paid_at IS NOT NULL AND p.ends_at > %(since)s
        AND (p.cancelled_at IS NULL OR p.cancelled_at > %(since)s)
        AND (p.revoked_at IS NULL OR p.revoked_at > %(since)s))
"""
_SHARED = """
SELECT permit_id FROM permits_plateright
 WHERE permit_id IS NOT NULL AND ends_at > %(since)s AND starts_at < %(until)s AND ends_at > starts_at
 GROUP BY permit_id HAVING count(DISTINCT plate_key) > 1
"""
_SHARED_BY_SOME = _SHARED.replace(
    "WHERE",
    """WHERE permit_id IN (SELECT permit_id FROM permits_plateright
                             WHERE plate_key = ANY(%(keys)s::varchar[])) AND""",
)
_OF_SOME = " AND r.plate_key = ANY(%(keys)s::varchar[])"
# By the digest: the order of the plates would tell of them.
_ORDER = " ORDER BY digest, r.id"


def permit_name(key: bytes, permit_id: int) -> str:
    """Return what a permit is called under `key`."""
    return digest(key, f"permit {permit_id}")[:PERMIT_LETTERS]


def digest(key: bytes, plate_key: str) -> str:
    """Return what a plate is called under `key`: the first bytes of its HMAC, in hexadecimals."""
    inner, outer = _pads(key)
    within = hashlib.sha256(inner + plate_key.encode()).digest()
    return hashlib.sha256(outer + within).hexdigest()[: 2 * DIGEST_BYTES]


def entitled(
    *,
    key: bytes,
    zones: Sequence[str],
    over: Period,
    plate_keys: Collection[str] | None = None,
) -> Iterator[list[tuple[str, list[Entitled]]]]:
    """Yield the rights of each plate that has any `over` these hours, in the zones of these codes:
    some plates at once, by digest. With `plate_keys`, of these plates only.
    """
    values: dict[str, Any] = {"since": over.start, "until": over.end, "length": 2 * DIGEST_BYTES}
    values["inner"], values["outer"] = _pads(key)
    sql, shared_sql = _RIGHTS + _ORDER, _SHARED
    if plate_keys is not None:
        values["keys"] = sorted(plate_keys)
        sql, shared_sql = _RIGHTS + _OF_SOME + _ORDER, _SHARED_BY_SOME
    with connection.cursor() as cursor:
        cursor.execute(shared_sql, values)
        shared = {permit_id: permit_name(key, permit_id) for (permit_id,) in cursor.fetchall()}
    book = _Shapes(zones, over, shared)
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        left: list[tuple[Any, ...]] = []
        while rows := cursor.fetchmany(AT_ONCE):
            rows = left + rows
            # The last plate's rights may go on in the rows to come.
            cut = next((n for n in range(len(rows), 0, -1) if rows[n - 1][0] != rows[-1][0]), 0)
            left = rows[cut:]
            yield _of_plates(rows[:cut], book)
        yield _of_plates(left, book)


_CHANGED = """
WITH changed AS MATERIALIZED (
    SELECT DISTINCT plate_key FROM permits_rightschange WHERE transaction >= %s)
SELECT plate_key FROM changed
 UNION
SELECT other.plate_key FROM changed JOIN permits_plateright own USING (plate_key)
  JOIN permits_plateright other ON other.permit_id = own.permit_id
"""


def changes_since(transaction: int) -> list[str]:
    """Return the plates whose rights were written by a transaction of this number or a later one, and
    those that are on a permit with one of them."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [transaction])
        return [plate_key for (plate_key,) in cursor.fetchall()]


def horizon() -> tuple[int, int]:
    """Return before which number every transaction is over and to be seen, and which number none
    has yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint"
            " FROM pg_current_snapshot() AS now"
        )
        lowest, next_one = cursor.fetchone()
    return lowest, next_one


def seconds_of(period: Period) -> Span:
    """Return a period in whole seconds; a begun one counts, in favor of who parks."""
    return int(period.start.timestamp()), ceil(period.end.timestamp())


def _pads(key: bytes) -> tuple[bytes, bytes]:
    block = key.ljust(_BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def _of_plates(
    rows: Sequence[tuple[Any, ...]], book: "_Shapes"
) -> list[tuple[str, list[Entitled]]]:
    found = []
    for name, own in groupby(rows, key=lambda row: row[0]):
        held = [right for row in own for right in book.rights(row)]
        if held:
            found.append((name, held))
    return found


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where and when a permit type grants something, and what of it officers go by."""

    places: Sequence[tuple[int, list[Span]]]
    lifts_max_stay: bool
    on_site: int | None


class _Shapes:
    """Where and when each permit type grants something over some hours; worked out once for each."""

    def __init__(self, zones: Sequence[str], over: Period, shared: Mapping[int, str]) -> None:
        self._shared = shared
        self._places: Mapping[str, int] = {code_key(code): n for n, code in enumerate(zones)}
        self._over = over
        self._known: dict[tuple[int, str], _Shape] = {}
        self._events: Events | None = None

    def rights(self, row: tuple[Any, ...]) -> Iterator[Entitled]:
        """Yield the rights that a row gives, cut to the hours asked about."""
        _, kind, region, starts, ends, zone, version, type_code, permit_id, pauses, *life = row
        whole = Period(datetime.fromisoformat(starts), datetime.fromisoformat(ends))
        own = whole.overlap(self._over)
        if own is None:
            return
        if zone is not None:
            place = self._places.get(code_key(zone))
            if place is not None:
                yield Entitled(place, *seconds_of(own), kind, region)
            return
        suspensions = json.loads(pauses) if pauses != "[]" else ()
        alive = live_periods(life_of(*[*life, suspensions]))
        live = [part for span in alive if (part := span.overlap(own))]
        if not live:
            return
        shape = self._shape(version, type_code)
        permit = self._shared.get(permit_id, "") if shape.on_site is not None else ""
        lifts, on_site = shape.lifts_max_stay, shape.on_site if permit else None
        for part in live:
            start, end = seconds_of(part)
            for place, spans in shape.places:
                for begins, ends in spans:
                    if begins < end and ends > start:
                        begin, over = max(begins, start), min(ends, end)
                        yield Entitled(place, begin, over, kind, region, lifts, on_site, permit)

    def _shape(self, version: int, type_code: str) -> "_Shape":
        asked = (version, type_code)
        if asked not in self._known:
            self._known[asked] = self._worked_out(version, type_code)
        return self._known[asked]

    def _worked_out(self, version: int, type_code: str) -> "_Shape":
        rules = programme.version(version).programme
        kind = rules.permit_type(type_code)
        if kind is None:
            return _Shape((), False, None)
        shape = []
        for code in dict.fromkeys(code_key(zone) for grant in kind.grants for zone in grant.zones):
            reach = grants.reach(kind.grants, [code])
            if reach is not None and code in self._places:
                shape.append((self._places[code], self._spans(rules, reach)))
        return _Shape(shape, kind.lifts_max_stay, kind.vehicles.on_site)

    def _spans(self, rules: Programme, reach: grants.Reach) -> list[Span]:
        if any(window.is_always for window in reach.windows):
            return [seconds_of(self._over)]
        if self._events is None and grants.has_event(reach.windows):
            self._events = programme.event_periods()
        held = rules.periods(reach.windows, self._over, events=self._events)
        return [seconds_of(period) for period in held]
