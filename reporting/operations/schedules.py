"""What can be done with schedules: make, change, pause and remove one, and run those that are due."""

import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from parkops.accounts import queries as accounts
from parkops.accounts.models import User
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from reporting.models import Schedule, ScheduledRun
from reporting.operations import delivery, reports
from reporting.operations.filters import actor_of, locked_filter, own_filter
from reporting.queries import schedules as queries
from reporting.queries.seeing import may_see
from reporting.questions import operations as questions
from reporting.questions.report import DAY
from reporting.rules.schedules import Rhythm, latest_due, may_be, next_due

JITTER_SECONDS = 240
"""Within so many seconds tenants and schedules begin that are due at the same time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule is to do: when, in which formats, for which members of staff."""

    rhythm: Rhythm
    formats: Sequence[str]
    recipients: Sequence[int]
    skips_empty: bool = False


@transaction.atomic
def make_schedule(
    reference: uuid.UUID, plan: Plan, *, by: User, at: datetime, signed: Actor | None = None
) -> Schedule:
    """Run a saved filter by the clock from now on; the same plan again is the one that it has.

    `signed` is who does it in the name of `by`, if not they themselves; so for the other acts.

    :raises NotFound: if `by` sees no such filter.
    :raises Refused: if it is somebody else's, or the plan cannot be.
    """
    kept = locked_filter(reference, by=by)
    return _made(Schedule(saved_filter=kept, created_at=at), plan, by=signed or actor_of(by))


@transaction.atomic
def schedule_question(
    reference: uuid.UUID, plan: Plan, *, by: User, at: datetime, signed: Actor | None = None
) -> Schedule:
    """Answer a kept question by the clock from now on, in its owner's name; the same plan again is the one that
    it has.

    :raises NotFound: if `by` may change no such question.
    :raises Refused: if it cannot be asked, or the plan cannot be.
    """
    question = questions.changeable_question(reference, may=by.may, by=actor_of(by))
    return _made(Schedule(question=question, created_at=at), plan, by=signed or actor_of(by))


@transaction.atomic
def change_schedule(
    reference: uuid.UUID, plan: Plan, *, by: User, at: datetime, signed: Actor | None = None
) -> Schedule:
    """Run it at other times, in other formats, for others; the same plan again changes nothing.

    :raises NotFound: if `by` sees no such schedule.
    :raises Refused: if it is somebody else's, or the plan cannot be.
    """
    schedule = own_schedule(reference, by=by)
    code = queries.subject_of(schedule, at=at).code
    _require_plan(plan, code, had=schedule.recipients)
    columns = _columns(plan)
    if all(getattr(schedule, name) == value for name, value in columns.items()):
        return schedule
    columns["next_due_at"] = next_due(plan.rhythm, at, _zone(at))
    for name, value in columns.items():
        setattr(schedule, name, value)
    schedule.save(update_fields=[*columns])
    _record("report.schedule_changed", schedule, by=signed or actor_of(by), at=at)
    return schedule


@transaction.atomic
def pause_schedule(
    reference: uuid.UUID, *, by: User, at: datetime, signed: Actor | None = None
) -> Schedule:
    """Run it no more until it is resumed; pausing it again changes nothing."""
    schedule = own_schedule(reference, by=by)
    if schedule.paused_at is None:
        schedule.paused_at = at
        schedule.save(update_fields=["paused_at"])
        _record("report.schedule_paused", schedule, by=signed or actor_of(by), at=at)
    return schedule


@transaction.atomic
def resume_schedule(
    reference: uuid.UUID, *, by: User, at: datetime, signed: Actor | None = None
) -> Schedule:
    """Run it again from its next time on: what was due meanwhile is not made up for."""
    schedule = own_schedule(reference, by=by)
    if schedule.paused_at is not None:
        schedule.paused_at = None
        schedule.next_due_at = next_due(schedule.rhythm, at, _zone(at))
        schedule.save(update_fields=["paused_at", "next_due_at"])
        _record("report.schedule_resumed", schedule, by=signed or actor_of(by), at=at)
    return schedule


@transaction.atomic
def remove_schedule(
    reference: uuid.UUID, *, by: User, at: datetime, signed: Actor | None = None
) -> None:
    """Remove a schedule with the list of what became of it; the reports that it made stay."""
    schedule = own_schedule(reference, by=by)
    _record("report.schedule_removed", schedule, by=signed or actor_of(by), at=at)
    schedule.delete()


def run_due_schedules(*, at: datetime) -> int:
    """Run what is due in this tenant, each for one instant once; returns how many were begun."""
    due = Schedule.objects.filter(paused_at__isnull=True, next_due_at__lte=at).order_by("pk")
    return sum(
        _run(schedule.pk, at=at)
        for schedule in due
        if schedule.next_due_at + _jitter(schedule) <= at
    )


def own_schedule(reference: uuid.UUID, *, by: User) -> Schedule:
    """Return a schedule that somebody may change: of a filter or question that they may change; locked.

    :raises NotFound: if `by` sees none.
    :raises Refused: if its filter is somebody else's.
    """
    schedule = _schedules().filter(reference=reference).first()
    if schedule is None:
        raise NotFound("There is no such schedule.")
    if schedule.saved_filter is not None:
        own_filter(schedule.saved_filter.reference, by=by)
    elif schedule.question is not None:
        questions.changeable_question(schedule.question.reference, may=by.may, by=actor_of(by))
    return schedule


def _schedules(*, skip_locked: bool = False) -> QuerySet[Schedule]:
    rows = Schedule.objects.select_related("saved_filter__owner", "question")
    return rows.select_for_update(of=("self",), skip_locked=skip_locked)


def _made(schedule: Schedule, plan: Plan, *, by: Actor) -> Schedule:
    """Keep a new schedule of what is locked, or return the one that does the same."""
    at = schedule.created_at
    subject = queries.subject_of(schedule, at=at)
    subject.standing.require()
    _require_plan(plan, subject.code)
    columns = _columns(plan)
    same = Schedule.objects.filter(
        saved_filter=schedule.saved_filter,
        question=schedule.question,
        paused_at__isnull=True,
        **columns,
    ).first()
    if same is not None:
        return same
    for name, value in columns.items():
        setattr(schedule, name, value)
    schedule.next_due_at = next_due(plan.rhythm, at, _zone(at))
    schedule.save()
    _record("report.scheduled", schedule, by=by, at=at)
    return schedule


@transaction.atomic
def _run(pk: int, *, at: datetime) -> bool:
    """Run a schedule for the last instant at which it was due, whatever was missed before; once."""
    rows = _schedules(skip_locked=True)
    schedule = rows.filter(pk=pk, paused_at__isnull=True, next_due_at__lte=at).first()
    if schedule is None:
        return False
    rhythm, zone = schedule.rhythm, _zone(at)
    due_at = max(latest_due(rhythm, at, zone), schedule.next_due_at)
    schedule.next_due_at = next_due(rhythm, at, zone)
    schedule.save(update_fields=["next_due_at"])
    run, is_new = ScheduledRun.objects.get_or_create(
        schedule=schedule, due_at=due_at, defaults={"begun_at": at}
    )
    if is_new:
        _ask(schedule, run, at=at)
    return is_new


def _ask(schedule: Schedule, run: ScheduledRun, *, at: datetime) -> None:
    subject = queries.subject_of(schedule, at=at)
    parameters = {**subject.parameters}
    if subject.kind == "question":
        parameters[DAY] = local_date(run.due_at, _zone(at)).isoformat()
    try:
        owner = subject.runner
        with transaction.atomic():
            for file_format in schedule.formats:
                reports.ask_report(
                    subject.code,
                    parameters,
                    file_format=file_format,
                    by=actor_of(owner),
                    at=at,
                    seen_at=run.due_at,
                    scheduled=run,
                )
    except Refused as refusal:
        run.outcome, run.because, run.over_at = ScheduledRun.Outcome.FAILED, str(refusal), at
        run.save(update_fields=["outcome", "because", "over_at"])
        delivery.tell_held_back(run, at=at)


def _require_plan(plan: Plan, code: str, *, had: Sequence[int] = ()) -> None:
    """Refuse what cannot be; whoever it was for before may stay, as it is asked again when it is sent."""
    may_be(plan.rhythm).require()
    if not plan.formats:
        raise Refused("formats", "Choose at least one format.", field="formats")
    for file_format in plan.formats:
        reports.require_format(file_format)
    able = {person.pk for person in who_may_get(code)} | set(had)
    if not plan.recipients or not set(plan.recipients) <= able:
        raise Refused(
            "recipients",
            "Choose at least one member of staff, of those whose role lets them see this report.",
            field="recipients",
        )


def who_may_get(code: str) -> list[User]:
    """Return the members of staff whose role lets them see a report, by e-mail address."""
    people = accounts.who_may(Permission.REPORT_VIEW)
    return [person for person in people if may_see(person, code)]


def _columns(plan: Plan) -> dict[str, object]:
    return {
        "every": plan.rhythm.every,
        "minute": plan.rhythm.minute,
        "weekday": plan.rhythm.weekday,
        "day": plan.rhythm.day,
        "formats": [*dict.fromkeys(plan.formats)],
        "recipients": sorted(set(plan.recipients)),
        "skips_empty": plan.skips_empty,
    }


def _jitter(schedule: Schedule) -> timedelta:
    """Return how much later than it is due a schedule begins: always the same, and another for each."""
    name = f"{connection.schema_name}:{schedule.reference}"
    return timedelta(seconds=zlib.crc32(name.encode()) % JITTER_SECONDS)


def _zone(at: datetime) -> ZoneInfo:
    return programme.in_force(at).programme.tz


def _record(act: str, schedule: Schedule, *, by: Actor, at: datetime) -> None:
    runs = (
        {"question": schedule.question} if schedule.question else {"filter": schedule.saved_filter}
    )
    audit.record(
        act,
        subject=("schedule", str(schedule.reference)),
        actor=by,
        at=at,
        when=schedule.rhythm.text,
        **{kind: kept.name for kind, kept in runs.items() if kept},
    )
