"""One act done to many permits: asked, checked, confirmed, then done row by row.

Checking does each row and takes it back, so that what is promised is what the act itself would
say. Each row is a transaction of its own, under its lock: a worker that is killed leaves whole
rows behind, and the next goes on with the rest.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from parkops.audit import operations as audit
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.jobs.operations import Progress
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme
from parkops.ui.place import place_of
from parkops.ui.words import money_text
from permits.models import BulkRow, BulkRun, Permit
from permits.operations import (
    auto_renewing,
    common,
    ending,
    extending,
    notices,
    renewing,
    suspending,
)
from permits.rules.terms import clock_text

logger = logging.getLogger(__name__)

JOB = "permits.bulk"
MOST = 10_000
BATCH = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did to one permit: in words, with the money and the permit it led to, if any."""

    text: str
    amount_minor: int | None = None
    number: str = ""


Do = Callable[[str, BulkRun, Actor, datetime], Outcome]


def _cancel(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    done = ending.cancel_permit(number, reason=run.reason, by=by, at=at)
    back = common.told(done.refund.back)
    text = f"Canceled; {back} goes back." if back else "Canceled; nothing goes back."
    return Outcome(text, done.refund.back.minor)


def _revoke(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    ending.revoke_permit(
        number,
        reason=run.reason,
        appeal_note=run.parameters.get("appeal_note", ""),
        by=by,
        at=at,
    )
    return Outcome("Revoked; nothing goes back.")


def _suspend(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    until = run.parameters.get("until")
    permit = Permit.objects.get(number=number)
    if permit.suspended_at is not None:
        raise Conflict("permit_suspended", "This permit is suspended already.")
    suspending.suspend_permit(
        number,
        reason=run.reason,
        until=datetime.fromisoformat(until) if until else None,
        by=by,
        at=at,
    )
    return Outcome("Suspended.")


def _extend(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    ends_at = datetime.fromisoformat(run.parameters["ends_at"])
    extending.extend_permit(number, ends_at=ends_at, reason=run.reason, by=by, at=at)
    return Outcome("Goes on to the new end.")


def _message(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    permit = common.locked(number)
    if not permit.customer.email:
        raise Refused("no_email", "The holder has no e-mail address.")
    notices.tell(
        "permit.message",
        permit,
        at=at,
        occasion=str(run.reference),
        subject=run.parameters["subject"],
        words=run.parameters["words"],
    )
    audit.record(
        "permit.written_to", subject=("permit", number), actor=by, at=at, reason=run.reason
    )
    return Outcome(f"Written to {permit.customer.email}.")


def _renew(number: str, run: BulkRun, by: Actor, at: datetime) -> Outcome:
    by_itself = auto_renewing.renew_by_consent(number, by=by, at=at)
    fresh = by_itself.permit if by_itself else renewing.send_renewal(number, by=by, at=at)
    asked = renewing.full_price(fresh)
    if not asked:
        return Outcome("Renewed; it costs nothing.", 0, fresh.number)
    how = "to be paid"
    if by_itself and by_itself.charged_at:
        zone = programme.in_force(at).programme.tz
        day = clock_text(max(by_itself.charged_at, at), zone)
        how = f"from the saved card on {day}, as its holder is told"
    price = money_text(asked, place_of(connection.tenant).locale)
    return Outcome(f"Renewed for {price}, {how}.", asked.minor, fresh.number)


ACTS: dict[str, Do] = {
    "cancel": _cancel,
    "revoke": _revoke,
    "suspend": _suspend,
    "extend": _extend,
    "message": _message,
    "renew": _renew,
}
"""What can be done to many permits, each by the operation that does it to one."""


@transaction.atomic
def ask_bulk(
    act: str,
    *,
    permit_ids: Iterable[int],
    reason: str,
    parameters: dict[str, Any] | None = None,
    scope: str = "",
    by: Actor,
    at: datetime,
) -> BulkRun:
    """Fix which permits are meant, and have each checked; nothing is done before a yes.

    :raises Refused: without a reason, for no permit, or for more than 10,000.
    """
    ids = list(dict.fromkeys(permit_ids))
    if act not in ACTS:
        raise Refused("act", "Choose what to do.", field="act")
    if not reason.strip():
        raise Refused("reason", "Say why.", field="reason")
    if not ids:
        raise Refused("no_rows", "No permit is chosen.")
    if len(ids) > MOST:
        raise Refused("too_many", f"These are {len(ids):,} permits; at most {MOST:,} at once.")
    run = BulkRun.objects.create(
        act=act,
        parameters=parameters or {},
        reason=reason.strip(),
        scope=scope[:300],
        rows_total=len(ids),
        asked_at=at,
        asked_by_ref=by.ref,
        asked_by_name=by.name,
    )
    BulkRow.objects.bulk_create((BulkRow(run=run, permit_id=pk) for pk in ids), batch_size=1_000)
    _queue(run, by=by, at=at)
    audit.record(
        "permits.bulk_asked",
        subject=("bulk", str(run.reference)),
        actor=by,
        at=at,
        reason=run.reason,
        act=act,
        rows=len(ids),
        scope=run.scope,
    )
    return run


@transaction.atomic
def confirm_bulk(reference: UUID, *, by: Actor, at: datetime) -> BulkRun:
    """Say yes to a run that was checked: its rows are done by a job. A second yes changes nothing.

    :raises Conflict: while it is still being checked, or once it was dropped.
    """
    run = _locked(reference)
    if run.state in (BulkRun.State.RUNNING, BulkRun.State.DONE):
        return run
    if run.state != BulkRun.State.CHECKED:
        raise Conflict("bulk_not_checked", f"This is {run.get_state_display().lower()}.")
    run.state, run.confirmed_at, run.confirmed_by_name = BulkRun.State.RUNNING, at, by.name
    run.save(update_fields=["state", "confirmed_at", "confirmed_by_name"])
    _queue(run, by=by, at=at)
    audit.record(
        "permits.bulk_confirmed",
        subject=("bulk", str(run.reference)),
        actor=by,
        at=at,
        reason=run.reason,
        act=run.act,
    )
    return run


@transaction.atomic
def drop_bulk(reference: UUID, *, by: Actor, at: datetime) -> BulkRun:
    """Say no to a run that was not confirmed; one that was goes on.

    :raises Conflict: if it has been confirmed.
    """
    run = _locked(reference)
    if run.state == BulkRun.State.DROPPED:
        return run
    if run.state not in (BulkRun.State.CHECKING, BulkRun.State.CHECKED):
        raise Conflict("bulk_confirmed", "This has been confirmed already.")
    run.state, run.finished_at = BulkRun.State.DROPPED, at
    run.save(update_fields=["state", "finished_at"])
    audit.record("permits.bulk_dropped", subject=("bulk", str(run.reference)), actor=by, at=at)
    return run


@transaction.atomic
def retry_bulk(reference: UUID, *, by: Actor, at: datetime) -> BulkRun:
    """Try the failed rows of a finished run once more; refused ones stay refused.

    :raises Conflict: if it is not finished, or no row failed.
    """
    run = _locked(reference)
    failed = run.rows.filter(state=BulkRow.State.FAILED)
    if run.state != BulkRun.State.DONE or not failed.exists():
        raise Conflict("nothing_failed", "No row of this failed.")
    failed.update(state=BulkRow.State.READY, text="")
    run.state, run.finished_at = BulkRun.State.RUNNING, None
    run.save(update_fields=["state", "finished_at"])
    _queue(run, by=by, at=at)
    audit.record("permits.bulk_retried", subject=("bulk", str(run.reference)), actor=by, at=at)
    return run


def work_bulk(job: Job, progress: Progress, *, clock: Callable[[], datetime]) -> None:
    """Check the rows of a run, or do those that were confirmed; what is finished is left alone.

    It may take long, so each row is done at what `clock` says then.
    """
    run = BulkRun.objects.get(reference=job.arguments["run"])
    # The one who asked did it: the rows say so, whoever's worker it is.
    by = Actor("staff", job.asked_by_ref, job.asked_by_name)
    if run.state == BulkRun.State.CHECKING:
        _each(run, BulkRow.State.NEW, _check, progress, "Checked", by=by, clock=clock)
        _advance(run, BulkRun.State.CHECKING, BulkRun.State.CHECKED, at=clock())
    elif run.state == BulkRun.State.RUNNING:
        _each(run, BulkRow.State.READY, _do, progress, "Done", by=by, clock=clock)
        _advance(run, BulkRun.State.RUNNING, BulkRun.State.DONE, at=clock())


def _each(
    run: BulkRun,
    waiting: str,
    work: Callable[[int, BulkRun, Actor, datetime], None],
    progress: Progress,
    word: str,
    *,
    by: Actor,
    clock: Callable[[], datetime],
) -> None:
    rows = run.rows.filter(state=waiting)
    total = max(run.rows_total, 1)
    done = run.rows_total - rows.count()
    while True:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        for pk in ids:
            if BulkRun.objects.filter(pk=run.pk, state=BulkRun.State.DROPPED).exists():
                return
            work(pk, run, by, clock())
            done += 1
            progress.tell(min(done / total, 0.99), f"{word}: {done} of {total}", rows=done)


@transaction.atomic
def _check(pk: int, run: BulkRun, by: Actor, at: datetime) -> None:
    """Do the row and take it back; keep what it said."""
    row = _row(pk, BulkRow.State.NEW)
    if row is None:
        return
    told: Outcome | None = None
    try:
        with transaction.atomic():
            told = ACTS[run.act](row.permit.number, run, by, at)
            transaction.set_rollback(True)
    except Refused as refusal:
        _keep(row, BulkRow.State.REFUSED, Outcome(str(refusal)))
        return
    # The number of a permit that was taken back belongs to nobody.
    _keep(row, BulkRow.State.READY, Outcome(told.text, told.amount_minor))


def _do(pk: int, run: BulkRun, by: Actor, at: datetime) -> None:
    try:
        _do_row(pk, run, by, at)
    except DatabaseError as error:
        logger.exception("Row %s of %s failed", pk, run)
        BulkRow.objects.filter(pk=pk, state=BulkRow.State.READY).update(
            state=BulkRow.State.FAILED, text=f"{type(error).__name__}: {error}"[:300]
        )


@transaction.atomic
def _do_row(pk: int, run: BulkRun, by: Actor, at: datetime) -> None:
    row = _row(pk, BulkRow.State.READY)
    if row is None:
        return
    try:
        with transaction.atomic():
            told = ACTS[run.act](row.permit.number, run, by, at)
    except Refused as refusal:
        _keep(row, BulkRow.State.REFUSED, Outcome(str(refusal)))
        return
    _keep(row, BulkRow.State.DONE, told)


def _row(pk: int, state: str) -> BulkRow | None:
    """Return a row that is still in this state, locked."""
    rows = BulkRow.objects.select_for_update(of=("self",)).select_related("permit")
    return rows.filter(pk=pk, state=state).first()


def _keep(row: BulkRow, state: str, told: Outcome) -> None:
    row.state, row.text = state, told.text[:300]
    row.amount_minor, row.result_number = told.amount_minor, told.number
    row.save(update_fields=["state", "text", "amount_minor", "result_number"])


@transaction.atomic
def _advance(run: BulkRun, was: str, new: str, *, at: datetime) -> None:
    finished = at if new == BulkRun.State.DONE else None
    BulkRun.objects.filter(pk=run.pk, state=was).update(state=new, finished_at=finished)


def _queue(run: BulkRun, *, by: Actor, at: datetime) -> None:
    run.job = jobs.ask(JOB, {"run": str(run.reference)}, by=by, at=at)
    run.save(update_fields=["job"])


def _locked(reference: UUID) -> BulkRun:
    run = BulkRun.objects.select_for_update().filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such run.")
    return run
