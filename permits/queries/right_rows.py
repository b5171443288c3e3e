"""Rights as one statement gives them along with other things: as JSON, with what they rest on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from parkops.tenancy.postgresql import prepared
from permits.rules.status import Life, pauses


class PermitRow(NamedTuple):
    """What a right that rests on a permit is judged by."""

    id: int
    number: str
    type_code: str
    audience: str
    programme_version: int
    life: Life


class StayRow(NamedTuple):
    """What a right that rests on a paid stay is judged by."""

    number: str
    zone_code: str
    programme_version: int
    warned_at: datetime | None
    moved_from: str


class RightRow(NamedTuple):
    """A plate's right, and the permit or the paid stay that it rests on."""

    kind: str
    plate_text: str
    plate_key: str
    region: str
    starts_at: datetime
    ends_at: datetime
    permit: PermitRow | None
    session: StayRow | None


OF_LIFE = (
    *("starts_at", "ends_at", "hold_expires_at", "paid_at", "needs_approval", "approved_at"),
    *("cancelled_at", "revoked_at", "suspensions"),
)
"""The columns of a permit that say when it is what; in the order of a `Life`."""
_RIGHT = RightRow._fields[:-2]
_PERMIT = (*PermitRow._fields[:-1], *OF_LIFE)
_SESSION = StayRow._fields
OF_PERMIT = frozenset(_PERMIT)
"""The columns of a permit that the rights on it are judged by."""


def _columns(alias: str, names: Sequence[str]) -> str:
    return f"json_build_array({', '.join(f'{alias}.{name}' for name in names)})"


_ROW = f"""json_build_array({_columns("r", _RIGHT)},
    CASE WHEN p.id IS NOT NULL THEN {_columns("p", _PERMIT)} END,
    CASE WHEN s.id IS NOT NULL THEN {_columns("s", _SESSION)} END)"""
_WITH_SOURCE = """LEFT JOIN permits_permit p ON p.id = r.permit_id
    LEFT JOIN permits_parkingsession s ON s.id = r.session_id"""

OF_PLATES = f"""
SELECT json_agg({_ROW} ORDER BY r.plate_key, r.ends_at DESC, r.id)
  FROM permits_plateright r {_WITH_SOURCE}
 WHERE r.plate_key = ANY(%(keys)s::varchar[]) AND r.ends_at > %(rights_since)s::timestamptz
"""  # noqa: S608
"""The rights of plates that ended after an instant, by plate, the last to end first."""

LIKE_PLATE = f"""
SELECT json_agg({_ROW} ORDER BY r.plate_key, r.id)
  FROM (SELECT * FROM permits_plateright
         WHERE near_keys && %(near)s::varchar[] AND starts_at <= %(until)s::timestamptz
           AND ends_at > %(until)s::timestamptz
         ORDER BY plate_key, id LIMIT 100) r {_WITH_SOURCE}
"""  # noqa: S608
"""The rights of plates that look like one, at an instant."""

_LIKE_PLATES = f"""
SELECT json_agg(json_build_array(r.like_plate, {_ROW}) ORDER BY r.like_plate, r.plate_key, r.id)
  FROM (SELECT wanted.plate_key AS like_plate, alike.*
          FROM unnest(%(keys)s::varchar[], %(near)s::text[]) AS wanted(plate_key, near)
         CROSS JOIN LATERAL (
               SELECT * FROM permits_plateright
                WHERE near_keys && string_to_array(wanted.near, ' ')::varchar[]
                  AND starts_at <= %(until)s::timestamptz AND ends_at > %(since)s::timestamptz
               OFFSET 0) alike) r {_WITH_SOURCE}
"""  # noqa: S608
"""The rights of plates that look like any of these, between two instants; with the plate they are like."""


def of_plates(plate_keys: Iterable[str], *, since: datetime) -> list[RightRow]:
    """Return the rights of these plates that ended after `since`, by plate, the last to end first."""
    values = {"keys": sorted(plate_keys), "rights_since": since}
    return read(prepared.rows(OF_PLATES, values)[0][0])


def like_plate(near_keys: Sequence[str], *, at: datetime) -> list[RightRow]:
    """Return the rights at `at` of up to a hundred plates that have any of these near keys."""
    return read(prepared.rows(LIKE_PLATE, {"near": near_keys, "until": at})[0][0])


def like_plates(
    near_keys: Mapping[str, Sequence[str]], *, since: datetime, until: datetime
) -> dict[str, list[RightRow]]:
    """Return the rights in [since, until] of plates that have any of the near keys of these, by the
    plate that they are like."""
    if not near_keys:
        return {}
    # A list of lists of several lengths is no array, so each goes as one text; no key has a blank.
    texts = [" ".join(keys) for keys in near_keys.values()]
    values = {"keys": list(near_keys), "near": texts, "since": since, "until": until}
    found: dict[str, list[RightRow]] = {}
    for plate_key, row in prepared.rows(_LIKE_PLATES, values)[0][0] or ():
        found.setdefault(plate_key, []).append(_right(*row))
    return found


def read(rows: Sequence[Any] | None) -> list[RightRow]:
    """Return the rights of any of these statements, with their permits and stays."""
    return [_right(*row) for row in rows or ()]


def by_plate(rights: Sequence[RightRow]) -> dict[str, list[RightRow]]:
    """Return rights by plate, in their order."""
    found: dict[str, list[RightRow]] = {}
    for right in rights:
        found.setdefault(right.plate_key, []).append(right)
    return found


def _right(own: list[Any], permit: list[Any] | None, session: list[Any] | None) -> RightRow:
    kind, plate_text, plate_key, region, starts_at, ends_at = own
    return RightRow(
        kind,
        plate_text,
        plate_key,
        region,
        datetime.fromisoformat(starts_at),
        datetime.fromisoformat(ends_at),
        _permit(*permit) if permit else None,
        _stay(*session) if session else None,
    )


def _permit(
    number_of_row: int,
    number: str,
    type_code: str,
    audience: str,
    version: int,
    *life: Any,
) -> PermitRow:
    return PermitRow(number_of_row, number, type_code, audience, version, life_of(*life))


def life_of(
    starts: str,
    ends: str,
    hold: str | None,
    paid: str | None,
    needs_approval: bool,
    approved: str | None,
    cancelled: str | None,
    revoked: str | None,
    suspensions: Sequence[Any],
) -> Life:
    """Return what happened to a permit, of its columns as text in the order of `OF_LIFE`."""
    return Life(
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
        _instant(hold),
        _instant(paid),
        needs_approval,
        _instant(approved),
        _instant(cancelled),
        _instant(revoked),
        pauses(suspensions) if suspensions else (),
    )


def _stay(number: str, zone: str, version: int, warned_at: str | None, moved_from: str) -> StayRow:
    return StayRow(number, zone, version, _instant(warned_at), moved_from)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
