"""Rights as one statement gives them along with other things: as JSON, with what they rest on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Model

from parkops.tenancy.postgresql import prepared
from permits.models import ParkingSession, Permit, PlateRight
from permits.models.rights import OF_PERMIT, OF_RIGHT, OF_SESSION


def _in_order(model: type[Model], names: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the order of the model's columns, in which its rows are made."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname in names)


_RIGHT = _in_order(PlateRight, OF_RIGHT)
_PERMIT = _in_order(Permit, OF_PERMIT)
_SESSION = _in_order(ParkingSession, OF_SESSION)


def _columns(alias: str, names: Sequence[str]) -> str:
    return f"json_build_array({', '.join(f'{alias}.{name}' for name in names)})"


_ROW = f"""json_build_array({_columns("r", _RIGHT)},
    CASE WHEN p.id IS NOT NULL THEN {_columns("p", _PERMIT)} END,
    CASE WHEN s.id IS NOT NULL THEN {_columns("s", _SESSION)} END)"""
_FROM = """permits_plateright r LEFT JOIN permits_permit p ON p.id = r.permit_id
    LEFT JOIN permits_parkingsession s ON s.id = r.session_id"""

OF_PLATES = f"""
SELECT json_agg({_ROW} ORDER BY r.plate_key, r.ends_at DESC, r.id) FROM {_FROM}
 WHERE r.plate_key = ANY(%(keys)s::varchar[]) AND r.ends_at > %(rights_since)s::timestamptz
"""  # noqa: S608
"""The rights of plates that ended after an instant, by plate, the last to end first."""

LIKE_PLATE = f"""
SELECT json_agg({_ROW} ORDER BY r.plate_key, r.id)
  FROM (SELECT * FROM permits_plateright
         WHERE near_keys && %(near)s::varchar[] AND starts_at <= %(until)s::timestamptz
           AND ends_at > %(until)s::timestamptz
         ORDER BY plate_key, id LIMIT 100) r
  LEFT JOIN permits_permit p ON p.id = r.permit_id
  LEFT JOIN permits_parkingsession s ON s.id = r.session_id
"""  # noqa: S608
"""The rights of plates that look like one, at an instant."""


# Few are found by the index; for many it is quicker to go through all rights that hold, once.
_FEW = 200
_BY_INDEX = "near_keys && %(near)s::varchar[]"
_BY_ALL = """id IN (SELECT o.id FROM permits_plateright o CROSS JOIN LATERAL unnest(o.near_keys) AS own
                      JOIN unnest(%(near)s::varchar[]) AS wanted ON wanted = own
                     WHERE o.starts_at <= %(until)s::timestamptz AND o.ends_at > %(since)s::timestamptz)"""
_LIKE_PLATES = f"""
SELECT json_agg({_ROW} ORDER BY r.plate_key, r.id)
  FROM (SELECT * FROM permits_plateright
         WHERE starts_at <= %(until)s::timestamptz AND ends_at > %(since)s::timestamptz AND {{}}) r
  LEFT JOIN permits_permit p ON p.id = r.permit_id
  LEFT JOIN permits_parkingsession s ON s.id = r.session_id
"""  # noqa: S608


def like_plates(near_keys: Sequence[str], *, since: datetime, until: datetime) -> list[PlateRight]:
    """Return the rights in [since, until] of plates that have any of these near keys."""
    if not near_keys:
        return []
    which = _BY_INDEX if len(near_keys) <= _FEW else _BY_ALL
    values = {"near": near_keys, "since": since, "until": until}
    return read(prepared.rows(_LIKE_PLATES.format(which), values)[0][0])


def read(rows: Sequence[Any] | None) -> list[PlateRight]:
    """Return the rights of either statement, with their permits and stays."""
    return [_right(*row) for row in rows or ()]


def by_plate(rights: Sequence[PlateRight]) -> dict[str, list[PlateRight]]:
    """Return rights by plate, in their order."""
    found: dict[str, list[PlateRight]] = {}
    for right in rights:
        found.setdefault(right.plate_key, []).append(right)
    return found


def _right(own: list[Any], permit: list[Any] | None, session: list[Any] | None) -> PlateRight:
    right = _made(PlateRight, _RIGHT, own)
    right.permit = _made(Permit, _PERMIT, permit) if permit else None
    right.session = _made(ParkingSession, _SESSION, session) if session else None
    return right


def _made(model: Any, names: Sequence[str], values: list[Any]) -> Any:
    """Return a row of `model` of which only these columns were read."""
    return model.from_db(
        "default",
        names,
        [
            datetime.fromisoformat(value) if value and name in _INSTANTS[model] else value
            for name, value in zip(names, values, strict=True)
        ],
    )


def _instants(model: type[Model]) -> frozenset[str]:
    fields = model._meta.concrete_fields
    return frozenset(field.attname for field in fields if isinstance(field, DateTimeField))


_INSTANTS = {model: _instants(model) for model in (PlateRight, Permit, ParkingSession)}
