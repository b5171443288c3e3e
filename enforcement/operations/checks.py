"""How a plate is looked at: the answer is given, and who looked at what is kept."""

import json
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from enforcement.models import PlateCheck
from enforcement.queries import checks
from enforcement.queries.checks import Answer, Look
from enforcement.rules import counting
from parkops.api.values import tenant_zone
from parkops.kernel.actors import Actor
from parkops.kernel.tallies import quarter, together
from parkops.tallies import operations as tallies
from parkops.tenancy.later import hand_over
from parkops.tenancy.postgresql import copying, prepared

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 60
"""After so long it is tried anew to write what could not be written."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer, and the record that keeps it; one that waits in the queue is not in the database."""

    record: PlateCheck
    answer: Answer
    is_queued: bool = False


def check_plate(look: Look, *, source: str, by: Actor, at: datetime) -> Checked:
    """Return the answer to a look, and keep it; `source` is one of `PlateCheck.Source`.

    :raises Refused: for a plate that is none, or an unknown zone.
    """
    return keep_answer(checks.answers_to([look])[0], source=source, by=by, at=at)


def check_plates(
    looks: Sequence[Look], *, source: str, named: str = "", by: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return the answers to looks as JSON in their order, and keep each; all of them or none. If they
    cannot be written the answers are given all the same, and the records wait in the queue.

    :raises Refused: for a plate that is none, or an unknown zone; `named` leads its field.
    """
    answers = checks.answers_to(looks, named=named)
    zone = tenant_zone()
    rows = [_row(answer, zone, source=source, by=by, at=at) for answer in answers]
    _keep(rows)
    return [row["answer"] for row in rows]


def keep_answer(answer: Answer, *, source: str, by: Actor, at: datetime) -> Checked:
    """Keep an answer that was worked out just now, as a look of `by`; return it with its record."""
    row = _row(answer, tenant_zone(), source=source, by=by, at=at)
    is_kept = _keep([row])
    return Checked(PlateCheck(**row), answer, is_queued=not is_kept)


def keep_checks(rows: Sequence[dict[str, Any]]) -> int:
    """Write plate checks that waited in the queue, each once; if they still cannot be written they go
    on waiting. Returns how many were told."""
    try:
        with transaction.atomic():
            _write_queued([_read(row) for row in rows])
    except DatabaseError as error:
        logger.error("Plate checks go on waiting: %s", error)
        hand_over("enforcement.keep_checks", seconds=AGAIN_SECONDS, rows=list(rows))
    return len(rows)


def _write_queued(records: Sequence[PlateCheck]) -> None:
    """Write those that are not there yet; whoever was handed the same ones waits, and finds them there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.enforcement_platecheck'))"
        )
    references = [record.reference for record in records]
    known = set(
        PlateCheck.objects.filter(reference__in=references).values_list("reference", flat=True)
    )
    fresh = [record for record in records if record.reference not in known]
    PlateCheck.objects.bulk_create(fresh, batch_size=1_000, ignore_conflicts=True)
    tallies.add(together(*(counting.checks(record.recorded_at, 1) for record in fresh)))


def _row(answer: Answer, zone: ZoneInfo, *, source: str, by: Actor, at: datetime) -> dict[str, Any]:
    """The columns of a record."""
    look = answer.look
    return {
        "reference": uuid4(),
        "at": look.at,
        "recorded_at": at,
        "source": str(source),
        "actor_kind": by.kind,
        "actor_ref": by.ref,
        "actor_name": by.name,
        "plate_text": look.plate[:32],
        "plate_key": str(answer.key),
        "region": look.region,
        "zone_code": answer.zone.code,
        "lat": look.lat,
        "lon": look.lon,
        "verdict": answer.verdict.value,
        "programme_version": answer.in_force.number,
        "answer": answer.as_json(zone),
    }


def _keep(rows: Sequence[dict[str, Any]]) -> bool:
    """Write records, or let them wait in the queue; returns whether they are written."""
    try:
        _write(rows)
    except DatabaseError as error:
        logger.error("Plate checks wait in the queue, for they cannot be written: %s", error)
        hand_over("enforcement.keep_checks", rows=[_told(row) for row in rows])
        return False
    return True


def _write(rows: Sequence[dict[str, Any]]) -> None:
    """Write records and count them, all or none: a single one in one statement, which needs no
    transaction of its own."""
    is_one = len(rows) == 1
    with nullcontext() if is_one and not connection.in_atomic_block else transaction.atomic():
        written = ({**row, "answer": json.dumps(row["answer"], ensure_ascii=False)} for row in rows)
        if is_one:
            told = {**next(written), "quarter": quarter(rows[0]["recorded_at"])}
            rows[0]["id"] = prepared.rows(_INSERT, told)[0][0]
        else:
            values = ([row[name] for name in _COLUMNS] for row in written)
            copying.copy_rows("enforcement_platecheck", _COLUMNS, values)
            tallies.add(together(*(counting.checks(row["recorded_at"], 1) for row in rows)))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A record as JSON."""
    moments = {name: row[name].isoformat() for name in ("at", "recorded_at")}
    return {**row, **moments, "reference": str(row["reference"])}


def _read(told: dict[str, Any]) -> PlateCheck:
    moments = {name: datetime.fromisoformat(told[name]) for name in ("at", "recorded_at")}
    return PlateCheck(**{**told, **moments, "reference": UUID(told["reference"])})


_COLUMNS = tuple(
    field.attname for field in PlateCheck._meta.concrete_fields if not field.primary_key
)
_INSERT = f"""
WITH counted AS (
  INSERT INTO tallies_tally (name, at, n) VALUES ('{counting.CHECKED}', %(quarter)s::timestamptz, 1)
)
INSERT INTO enforcement_platecheck ({", ".join(_COLUMNS)})
VALUES ({", ".join(f"%({name})s{'::jsonb' if name == 'answer' else ''}" for name in _COLUMNS)})
RETURNING id
"""  # noqa: S608
