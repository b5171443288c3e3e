"""What decides about plates, found by one statement however many they are.

Most plates have nothing but a right or two. Of what most have none of (hotlist, citations, chalk marks)
the statement says only whether there is any; it is read where there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enforcement.queries.sightings import Seen
from enforcement.rules.verdicts import SEEN_ON_SITE
from parkops.tenancy.postgresql import prepared
from permits.queries import right_rows
from permits.queries.right_rows import RightRow
from permits.queries.rights import REMEMBERED_FOR, near_keys

_FOUND = f"""
WITH shared AS MATERIALIZED (
    SELECT permit_id FROM permits_plateright
     WHERE permit_id IN (SELECT permit_id FROM permits_plateright
                          WHERE plate_key = ANY(%(keys)s::varchar[])
                            AND ends_at > %(since)s::timestamptz)
       AND starts_at <= %(until)s::timestamptz AND ends_at > %(since)s::timestamptz
     GROUP BY permit_id HAVING count(DISTINCT plate_key) > 1),
covered AS MATERIALIZED (
    SELECT o.id, o.permit_id, p.programme_version, p.type_code, o.plate_key, o.starts_at, o.ends_at
      FROM permits_plateright o JOIN permits_permit p ON p.id = o.permit_id
     WHERE o.permit_id IN (SELECT permit_id FROM shared)
       AND o.starts_at <= %(until)s::timestamptz AND o.ends_at > %(since)s::timestamptz)
SELECT (SELECT json_agg(json_build_array(number, begins_at) ORDER BY begins_at NULLS FIRST, number)
          FROM programme_version),
       ({right_rows.OF_PLATES}),
       (SELECT json_agg(json_build_array(permit_id, programme_version, type_code, plate_key,
                                         starts_at, ends_at) ORDER BY permit_id, id) FROM covered),
       (SELECT json_agg(json_build_array(plate_key, plate_text, zone_code, at)) FROM (
            SELECT plate_key, plate_text, zone_code, seen_at AS at FROM enforcement_observation
             WHERE plate_key IN (SELECT plate_key FROM covered) AND NOT is_gone
               AND seen_at > %(seen_since)s::timestamptz AND seen_at <= %(until)s::timestamptz
             UNION ALL
            SELECT plate_key, plate_text, zone_code, at FROM enforcement_platecheck
             WHERE plate_key IN (SELECT plate_key FROM covered) AND verdict <> 'second_vehicle'
               AND at > %(seen_since)s::timestamptz AND at <= %(until)s::timestamptz) sights),
       CASE WHEN cardinality(%(near)s::varchar[]) > 0
            THEN COALESCE(({right_rows.LIKE_PLATE}), '[]') END,
       EXISTS (SELECT 1 FROM enforcement_hotlistentry WHERE plate_key = ANY(%(keys)s::varchar[])),
       EXISTS (SELECT 1 FROM enforcement_citation
                WHERE plate_key = ANY(%(keys)s::varchar[]) AND plate_key <> ''),
       EXISTS (SELECT 1 FROM permits_losthangtag),
       EXISTS (SELECT 1 FROM enforcement_observation WHERE plate_key = ANY(%(keys)s::varchar[]))
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Found:
    """What there is: which versions began when (None: since ever), the rights by plate, the plates of
    permits that have several, where those were seen, and what more there is to read.

    `near` are the rights of plates that look like the one asked about; None if nobody looked."""

    versions: Sequence[tuple[int, datetime | None]]
    rights: Mapping[str, Sequence[RightRow]]
    on_permits: Sequence[tuple[int, int, str, str, datetime, datetime]]
    seen: Sequence[Seen]
    near: Sequence[RightRow] | None
    has_listed: bool
    has_cited: bool
    has_lost: bool
    has_marks: bool

    def version_at(self, at: datetime) -> int:
        """Return the number of the version in force at `at`; 0 if none is known."""
        numbers = [n for n, begins_at in self.versions if begins_at is None or begins_at <= at]
        return numbers[-1] if numbers else 0


def found(keys: Sequence[str], instants: Sequence[datetime]) -> Found:
    """Find what decides about plates that are looked at at these instants.

    Of a single plate, those that look like it are found too.
    """
    if not keys:
        return Found((), {}, (), (), None, False, False, False, False)
    since, until = min(instants), max(instants)
    is_one = len(keys) == 1
    asked = {
        "keys": sorted(set(keys)),
        "near": near_keys(keys[0]) if is_one else [],
        "since": since,
        "until": until,
        "rights_since": since - REMEMBERED_FOR,
        "seen_since": since - SEEN_ON_SITE,
    }
    versions, rights, on_permits, seen, near, *there_is = prepared.rows(_FOUND, asked)[0]
    return Found(
        [(number, _instant(begins_at)) for number, begins_at in versions or ()],
        right_rows.by_plate(right_rows.read(rights)),
        [(*row[:4], _instant(row[4]), _instant(row[5])) for row in on_permits or ()],
        [Seen(key, text, zone, _instant(at)) for key, text, zone, at in seen or ()],
        None if near is None else right_rows.read(near),
        *there_is,
    )


def _instant(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None
