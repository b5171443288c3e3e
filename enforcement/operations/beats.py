"""Beats: made, changed, retired, and given to officers by day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from enforcement.models import Beat, Duty, Shift
from enforcement.queries.citations import tenant_zone
from enforcement.queries.crew import officers
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme

LONGEST = 57
"""So much of a name is left to the number behind it."""


@transaction.atomic
def save_beat(
    *, name: str, zones: Sequence[str], reference: UUID | None = None, by: Actor, at: datetime
) -> Beat:
    """Make a beat, or change the one with this reference.

    :raises NotFound: if there is no such beat.
    :raises Refused: without a name or zones, or with a name that another beat has.
    """
    name = name.strip()
    if not name:
        raise Refused("name", "Give the beat a name.", field="name")
    version = programme.in_force(at).programme
    known = [zone.code for code in zones if (zone := version.zone(code)) is not None]
    if not known:
        raise Refused("zones", "Choose at least one zone.", field="zones")
    beat = Beat() if reference is None else _locked(reference)
    others = Beat.objects.filter(name__iexact=name, retired_at=None).exclude(pk=beat.pk)
    if others.exists():
        raise Refused("name", f"There is a beat {name} already.", field="name")
    beat.name, beat.zones = name, known
    beat.save()
    _record("beat.saved", beat, by=by, at=at, name=name, zones=known)
    return beat


@transaction.atomic
def retire_beat(reference: UUID, *, by: Actor, at: datetime) -> Beat:
    """Take a beat out of use; what was walked stays. Twice is once.

    :raises NotFound: if there is no such beat.
    """
    beat = _locked(reference)
    if beat.retired_at is None:
        beat.retired_at = at
        beat.save(update_fields=["retired_at"])
        _record("beat.retired", beat, by=by, at=at)
    return beat


@transaction.atomic
def give_duty(
    officer_ref: str, *, beat: UUID | None, on: date, by: Actor, at: datetime
) -> Duty | None:
    """Let an officer walk a beat on a day, or none; a shift that is on follows if it is of that day.

    :raises NotFound: if there is no such beat.
    :raises Refused: for who is no officer.
    """
    officer = next((one for one in officers() if one.ref == officer_ref), None)
    if officer is None:
        raise Refused("officer", "Choose an officer.", field="officer")
    chosen = _locked(beat) if beat is not None else None
    duty = None
    if chosen is None:
        Duty.objects.filter(officer_ref=officer_ref, walked_on=on).delete()
    else:
        duty, _ = Duty.objects.update_or_create(
            officer_ref=officer_ref,
            walked_on=on,
            defaults={"beat": chosen, "officer": officer.name},
        )
    shift = Shift.objects.filter(officer_ref=officer_ref, ended_at=None).first()
    if shift is not None and on in {local_date(one, tenant_zone()) for one in (shift.began_at, at)}:
        shift.beat = chosen
        shift.save(update_fields=["beat"])
    audit.record(
        "duty.given",
        subject=("officer", officer_ref),
        actor=by,
        at=at,
        beat=chosen.name if chosen else "",
        on=on.isoformat(),
    )
    return duty


@transaction.atomic
def plan_patrol(
    *, name: str, zones: Sequence[str], officer_ref: str, on: date, by: Actor, at: datetime
) -> Beat:
    """Make the zones of a suggested patrol a beat, in their order; if an officer is named they walk it on `on`.

    :raises Refused: as `save_beat` and `give_duty` do.
    """
    beat = save_beat(name=name, zones=zones, by=by, at=at)
    if officer_ref:
        give_duty(officer_ref, beat=beat.reference, on=on, by=by, at=at)
    return beat


@transaction.atomic
def plan_patrols(
    *, name: str, beats: Sequence[Sequence[str]], by: Actor, at: datetime
) -> list[Beat]:
    """Make the zones of each of several suggested patrols a beat: Tuesday 1, Tuesday 2; all or none.

    :raises Refused: as `save_beat` does.
    """
    named = name.strip()[:LONGEST]
    return [
        save_beat(name=f"{named} {n}" if named else "", zones=zones, by=by, at=at)
        for n, zones in enumerate(beats, start=1)
    ]


def _locked(reference: UUID) -> Beat:
    beat = Beat.objects.select_for_update().filter(reference=reference).first()
    if beat is None:
        raise NotFound("There is no such beat.")
    return beat


def _record(event: str, beat: Beat, *, by: Actor, at: datetime, **told: Any) -> None:
    audit.record(event, subject=("beat", str(beat.reference)), actor=by, at=at, **told)
