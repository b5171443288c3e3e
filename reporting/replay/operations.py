"""What can be done with a replay: ask for it, work on it, cancel it, go on with it, forget it.

Its own rows are all that is ever written: records are read in transactions that may change nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from parkops.audit import operations as audit
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.dates import add_months, local_date, midnight
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from parkops.programme.load import Loaded
from parkops.programme.schema import Programme
from reporting.models import Replay, ReplayRow
from reporting.replay import plates, sales
from reporting.replay.ground import Ground, reading
from reporting.replay.rules import Aside, Difference, Found

JOB = "program.replay"
MOST_MONTHS = 24
ROWS_KEPT = timedelta(days=90)
RECORDS, PLATES = 500, 250
"""How many sales, or plates with all their records, are compared in one batch."""

Batch = tuple[Found, str | None]


@transaction.atomic
def ask_replay(
    loaded: Loaded,
    *,
    months: int,
    name: str,
    draft: tuple[int, int] | None = None,
    by: Actor,
    at: datetime,
) -> Replay:
    """Queue a replay of a program on the last `months`; `draft` is the id and revision of a draft.

    One of the same program and months that is under way is returned instead of another.

    :raises Refused: for months out of range, another currency, or a tenant without a program.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise Refused(
            "months",
            f"{months} months are not 1 to {MOST_MONTHS}; give such a number.",
            field="months",
        )
    base = programme.in_force(at)
    if loaded.programme.currency != base.programme.currency:
        raise Refused(
            "currency",
            f"What happened was paid in {base.programme.currency}; a program in "
            f"{loaded.programme.currency} cannot be tried on it.",
            field="programme.currency",
        )
    running = Replay.objects.filter(
        digest=loaded.digest,
        months=months,
        base_version=base.number,
        draft_id=draft[0] if draft else None,
        draft_revision=draft[1] if draft else None,
        finished_at__isnull=True,
        job__state__in=[Job.State.QUEUED, Job.State.RUNNING],
    )
    known = running.order_by("-pk").first()
    if known is not None:
        return known
    zone = base.programme.tz
    replay = Replay(
        name=name,
        document=loaded.document,
        digest=loaded.digest,
        draft_id=draft[0] if draft else None,
        draft_revision=draft[1] if draft else None,
        base_version=base.number,
        months=months,
        since_at=midnight(add_months(local_date(at, zone), -months), zone),
        until_at=at,
        asked_at=at,
        asked_by_ref=by.ref,
        asked_by_name=by.name,
    )
    replay.job = jobs.ask(JOB, {"replay": str(replay.reference)}, by=by, at=at)
    replay.save()
    audit.record(
        "programme.replayed",
        subject=("replay", str(replay.reference)),
        actor=by,
        at=at,
        name=name,
        months=months,
    )
    return replay


def work_replay(job: Job, progress: jobs.Progress, *, clock: Callable[[], datetime]) -> None:
    """Compare batch after batch; what a worker before this one has done is not done again."""
    replay = Replay.objects.get(reference=job.arguments["replay"])
    ground = ground_of(replay)
    if replay.total is None:
        replay = _count(replay, ground)
    while replay.stage != Replay.Stage.OVER:
        with reading():
            found, after = _next(replay, ground)
        replay = _keep(replay, found, after, at=clock())
        share = replay.done / max(replay.total or 1, 1)
        stage = f"{replay.get_stage_display()}: {replay.done:,} of {replay.total or 0:,} records"
        progress.tell(min(share, 0.99), stage, rows=replay.done)


@transaction.atomic
def cancel_replay(reference: UUID, *, by: Actor, at: datetime) -> Replay:
    """Cancel a replay that is not finished; what was compared by then stays.

    :raises NotFound: if there is none.
    """
    replay = _known(reference)
    jobs.cancel(replay.job_id, by=by, at=at)
    return _known(reference)


@transaction.atomic
def resume_replay(reference: UUID, *, by: Actor, at: datetime) -> Replay:
    """Go on with a replay that failed or was cancelled, where it stopped.

    :raises NotFound: if there is none.
    :raises Conflict: if it waits, runs or is done.
    """
    replay = _known(reference)
    jobs.retry(replay.job_id, by=by, at=at)
    return _known(reference)


@transaction.atomic
def forget_old_rows(*, at: datetime) -> int:
    """Remove the rows of replays asked for long ago; their figures stay. Returns how many."""
    old = ReplayRow.objects.filter(replay__asked_at__lte=at - ROWS_KEPT)
    return old.delete()[0]


def ground_of(replay: Replay) -> Ground:
    """Return what a replay rests on."""
    return Ground.of(
        base_version=replay.base_version,
        draft=Programme.of(replay.document),
        since_at=replay.since_at,
        until_at=replay.until_at,
    )


def _next(replay: Replay, ground: Ground) -> Batch:
    """Compare the next batch; the second value is what to go on after, None at the stage's end."""
    if replay.stage == Replay.Stage.PLATES:
        return plates.plates_after(ground, replay.after, PLATES)
    read = sales.visits_after if replay.stage == Replay.Stage.VISITS else sales.permits_after
    found, last = read(ground, int(replay.after or 0), RECORDS)
    return found, None if last is None else str(last)


@transaction.atomic
def _count(replay: Replay, ground: Ground) -> Replay:
    counted = plates.counts(ground)
    aside = {Aside.FORGOTTEN: counted.forgotten, Aside.IMPORTED: counted.imported}
    return _moved(
        replay,
        total=sales.visits_paid(ground).count()
        + sales.permits_sold(ground).count()
        + counted.checks
        - counted.forgotten
        + counted.citations,
        aside={why: n for why, n in aside.items() if n},
    )


@transaction.atomic
def _keep(replay: Replay, found: Found, after: str | None, *, at: datetime) -> Replay:
    """Keep what a batch came to, and where to go on."""
    cells: dict[str, list[int]] = dict(replay.cells)
    for cell, sums in found.cells.items():
        key = "|".join(cell)
        cells[key] = [a + b for a, b in zip(cells.get(key, [0, 0, 0]), sums, strict=True)]
    aside: dict[str, int] = dict(replay.aside)
    for why, count in found.aside.items():
        aside[why] = aside.get(why, 0) + count
    stages = list(Replay.Stage)
    stage = Replay.Stage(replay.stage)
    if after is None:
        stage, after = stages[stages.index(stage) + 1], ""
    kept = _moved(
        replay,
        stage=stage,
        after=after,
        done=replay.done + found.done,
        cells=cells,
        aside=aside,
        finished_at=at if stage is Replay.Stage.OVER else None,
    )
    ReplayRow.objects.bulk_create(
        (_row(kept, difference) for difference in found.differences), batch_size=500
    )
    return kept


def _moved(replay: Replay, **fields: Any) -> Replay:
    """Change a replay that stands where this worker left it.

    :raises LeaseLost: if another worker has gone on with it.
    """
    fresh = Replay.objects.select_for_update().get(pk=replay.pk)
    here = (replay.stage, replay.after, replay.total, replay.done)
    if (fresh.stage, fresh.after, fresh.total, fresh.done) != here:
        raise jobs.LeaseLost
    for name, value in fields.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(fields))
    return fresh


def _row(replay: Replay, difference: Difference) -> ReplayRow:
    return ReplayRow(
        replay=replay,
        kind=difference.kind,
        change=difference.change,
        reference=difference.reference,
        at=difference.at,
        zone_code=difference.zone,
        audience=difference.audience,
        was_minor=difference.was_minor,
        would_minor=difference.would_minor,
        was=difference.was,
        would=difference.would,
        because_was=list(difference.because_was),
        because_would=list(difference.because_would),
        is_settled=difference.is_settled,
    )


def _known(reference: UUID) -> Replay:
    replay = Replay.objects.select_related("job").filter(reference=reference).first()
    if replay is None:
        raise NotFound("There is no such replay.")
    return replay
