"""How a plate is looked at: the answer is given, and who looked at what is kept."""

import json
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from enforcement.models import PlateCheck
from enforcement.queries import checks
from enforcement.queries.checks import Answer, Look
from parkops.kernel.actors import Actor
from parkops.tenancy.later import hand_over
from parkops.tenancy.postgresql import prepared

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
    return keep_answers(checks.answers_to([look]), source=source, by=by, at=at)[0]


def check_plates(
    looks: Sequence[Look], *, source: str, named: str = "", by: Actor, at: datetime
) -> list[Checked]:
    """Return the answers to looks in their order, and keep each; all of them or none. If they cannot be
    written the answers are given all the same, and the records wait in the queue.

    :raises Refused: for a plate that is none, or an unknown zone; `named` leads its field.
    """
    return keep_answers(checks.answers_to(looks, named=named), source=source, by=by, at=at)


def keep_answers(
    answers: Sequence[Answer], *, source: str, by: Actor, at: datetime
) -> list[Checked]:
    """Keep answers that were worked out just now, as looks of `by`; return them with their records."""
    rows = [_record(answer, source=source, by=by, at=at) for answer in answers]
    is_queued = False
    try:
        _write(rows)
    except DatabaseError as error:
        logger.error("Plate checks wait in the queue, for they cannot be written: %s", error)
        is_queued = True
        hand_over("enforcement.keep_checks", rows=[_told(row) for row in rows])
    return [Checked(row, answer, is_queued) for row, answer in zip(rows, answers, strict=True)]


def keep_checks(rows: Sequence[dict[str, Any]]) -> int:
    """Write plate checks that waited in the queue, each once; if they still cannot be written they go
    on waiting. Returns how many were told."""
    try:
        with transaction.atomic():
            PlateCheck.objects.bulk_create(
                [_read(row) for row in rows], batch_size=1_000, ignore_conflicts=True
            )
    except DatabaseError as error:
        logger.error("Plate checks go on waiting: %s", error)
        hand_over("enforcement.keep_checks", seconds=AGAIN_SECONDS, rows=list(rows))
    return len(rows)


def _record(answer: Answer, *, source: str, by: Actor, at: datetime) -> PlateCheck:
    return PlateCheck(
        at=answer.look.at,
        recorded_at=at,
        source=source,
        actor_kind=by.kind,
        actor_ref=by.ref,
        actor_name=by.name,
        plate_text=answer.look.plate[:32],
        plate_key=answer.key,
        region=answer.look.region,
        zone_code=answer.zone.code,
        lat=answer.look.lat,
        lon=answer.look.lon,
        verdict=answer.verdict.value,
        programme_version=answer.in_force.number,
        answer=answer.as_json(),
    )


def _write(rows: Sequence[PlateCheck]) -> None:
    """Write records, all or none. A single one is one statement and needs no transaction of its own."""
    is_one_statement = len(rows) == 1 and not connection.in_atomic_block
    with nullcontext() if is_one_statement else transaction.atomic():
        if len(rows) == 1:
            _write_one(rows[0])
        else:
            PlateCheck.objects.bulk_create(rows, batch_size=1_000)


def _write_one(row: PlateCheck) -> None:
    values = {name: getattr(row, name) for name in ("reference", *_WRITTEN)}
    answer = json.dumps(row.answer, ensure_ascii=False)
    row.pk = prepared.rows(_INSERT, {**values, "answer": answer})[0][0]


def _told(row: PlateCheck) -> dict[str, Any]:
    """A record as JSON."""
    told = {name: getattr(row, name) for name in _KEPT}
    return {
        **told,
        "reference": str(row.reference),
        "at": row.at.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
    }


def _read(told: dict[str, Any]) -> PlateCheck:
    moments = {name: datetime.fromisoformat(told[name]) for name in ("at", "recorded_at")}
    return PlateCheck(**{**told, **moments, "reference": UUID(told["reference"])})


_WRITTEN = (
    "source",
    "actor_kind",
    "actor_ref",
    "actor_name",
    "plate_text",
    "plate_key",
    "region",
    "zone_code",
    "lat",
    "lon",
    "verdict",
    "programme_version",
    "at",
    "recorded_at",
)
_KEPT = (*_WRITTEN[:-2], "answer")

_INSERT = f"""
INSERT INTO enforcement_platecheck (reference, answer, {", ".join(_WRITTEN)})
VALUES (%(reference)s, %(answer)s::jsonb, {", ".join(f"%({name})s" for name in _WRITTEN)})
RETURNING id
"""  # noqa: S608
