"""How a plate is looked at: the answer is given, and who looked at what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from enforcement.models import PlateCheck
from enforcement.queries import checks
from enforcement.queries.checks import Answer, Look
from parkops.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer, and the record that keeps it."""

    record: PlateCheck
    answer: Answer


def check_plate(look: Look, *, source: str, by: Actor, at: datetime) -> Checked:
    """Return the answer to a look, and keep it; `source` is one of `PlateCheck.Source`.

    :raises Refused: for a plate that is none, or an unknown zone.
    """
    return check_plates([look], source=source, by=by, at=at)[0]


@transaction.atomic
def check_plates(
    looks: Sequence[Look], *, source: str, named: str = "", by: Actor, at: datetime
) -> list[Checked]:
    """Return the answers to looks in their order, and keep each; all of them or none.

    :raises Refused: for a plate that is none, or an unknown zone; `named` leads its field.
    """
    return keep_answers(checks.answers_to(looks, named=named), source=source, by=by, at=at)


@transaction.atomic
def keep_answers(
    answers: Sequence[Answer], *, source: str, by: Actor, at: datetime
) -> list[Checked]:
    """Keep answers that were worked out just now, as looks of `by`; return them with their records."""
    kept = PlateCheck.objects.bulk_create(
        [
            PlateCheck(
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
            for answer in answers
        ],
        batch_size=1_000,
    )
    return [Checked(row, answer) for row, answer in zip(kept, answers, strict=True)]
