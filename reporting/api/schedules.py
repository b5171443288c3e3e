"""Schedules that the whole office shares, over HTTP: listed, made, changed, paused, resumed, removed."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of_list
from parkops.api.values import Email, instant_out
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Scope
from reporting import catalogue
from reporting.api.scopes import may_of, require_report
from reporting.operations import programs
from reporting.queries import filters, schedules
from reporting.queries.schedules import ScheduleRow
from reporting.rules.schedules import WEEKDAYS, Every, Rhythm

router = Router()

READ, WRITE = needs(Scope.REPORTS_READ), needs(Scope.REPORTS_WRITE)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Format = Literal["pdf", "xlsx", "csv", "json"]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ScheduleIn(Schema):
    """When a report is made and who gets the link to it.

    Either `filter`, the id of a saved filter that the office shares; or `question`, that of a kept question that
    it shares, which is answered in its owner's name; or a `report` with its `parameters` (as for a run; `period`
    is one that moves, such as "last-month"), a `name`, and as `owner` the e-mail address of the member of staff
    in whose name it runs. `time` is of the local day, `weekday` counts every week, `day` every
    month (31 is its last). `recipients` are e-mail addresses of members of staff who may see the report.
    """

    model_config = ConfigDict(extra="forbid")

    filter: UUID | None = None
    question: UUID | None = None
    report: str = Field("", max_length=40)
    parameters: dict[str, str | int | None] = {}
    name: str = Field("", max_length=80)
    owner: Email | None = None
    every: Literal["day", "week", "month"]
    time: Clock
    weekday: Weekday = "monday"
    day: int = Field(1, ge=1, le=31)
    formats: list[Format] = Field(["pdf"], min_length=1)
    recipients: list[Email] = Field(min_length=1, max_length=100)
    only_if_not_empty: bool = False


class SchedulePatch(Schema):
    """What to change of a schedule; what is left out stays. What it runs, and in whose name, stays as well."""

    model_config = ConfigDict(extra="forbid")

    every: Literal["day", "week", "month"] | None = None
    time: Clock | None = None
    weekday: Weekday | None = None
    day: int | None = Field(None, ge=1, le=31)
    formats: list[Format] | None = Field(None, min_length=1)
    recipients: list[Email] | None = Field(None, min_length=1, max_length=100)
    only_if_not_empty: bool | None = None


class ScheduleOut(Schema):
    """A schedule, of a `filter` or of a `question`; a paused one is due no more. `report` is the code of what is
    made: empty where a question cannot be asked any more."""

    id: UUID
    name: str
    filter: UUID | None
    question: UUID | None
    report: str
    parameters: dict[str, Any]
    formats: list[str]
    when: str
    every: str
    time: str
    weekday: str
    day: int
    only_if_not_empty: bool
    paused_at: str | None
    next_due_at: str | None
    last_due_at: str | None
    last_outcome: str | None


class SchedulesOut(Schema):
    """A page of schedules."""

    items: list[ScheduleOut]
    next: str | None


class ScheduledOut(Schema):
    """What became of a schedule at one instant; `runs` are the ids of the reports that it asked for."""

    due_at: str
    outcome: str
    because: str
    sent_to: list[str]
    runs: list[UUID]


class ScheduleDetailOut(ScheduleOut):
    """A schedule with whose it is, who gets its link, and its last twenty runs, the newest first. `held_back` is
    why it would not run now, such as that its owner may no longer see the report; it is empty where it would."""

    owner: str
    held_back: str
    recipients: list[str]
    history: list[ScheduledOut]


class FilterOut(Schema):
    """What is asked of a report under a name that the whole office shares."""

    id: UUID
    name: str
    report: str
    parameters: dict[str, Any]
    format: str
    asked: str


class FiltersOut(Schema):
    """A page of saved filters."""

    items: list[FilterOut]
    next: str | None


@router.get("/report-filters", auth=READ, response=FiltersOut)
def saved_filters(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the saved filters that the office shares, of reports that the program may see, by name."""
    rows = filters.shared_filters(catalogue.hidden(may_of(request)))
    return page_of_list(rows, paging, out=_filter)


@router.get("/report-schedules", auth=READ, response=SchedulesOut)
def listing(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the schedules of shared filters and questions, as far as the program may see what they make, the next
    one due first."""
    hidden = catalogue.hidden(may_of(request))
    rows = schedules.shared_schedules(hidden, at=timezone.now())
    return page_of_list(rows, paging, out=_out)


@router.post(
    "/report-schedules",
    auth=WRITE,
    response={200: ScheduleDetailOut, 201: ScheduleDetailOut},
)
@idempotent
def make(request: HttpRequest, body: ScheduleIn) -> Status:
    """Run a report or a question by the clock; the same schedule again is the one that there is, with 200."""
    now, who = timezone.now(), request.auth.actor
    _require_one(body)
    wanted = programs.Wanted(
        Rhythm(Every(body.every), _minute(body.time), WEEKDAYS.index(body.weekday), body.day),
        body.formats,
        body.recipients,
        body.only_if_not_empty,
    )
    if body.question is not None:
        asked = schedules.subject_of_question(schedules.shared_question(body.question), at=now)
        require_report(request, asked.code)
        made = programs.schedule_question(body.question, wanted, by=who, at=now)
    else:
        made = programs.make_schedule(_asked(request, body), wanted, by=who, at=now)
    return Status(201 if made.created_at == now else 200, _detail(request, made.reference))


@router.get("/report-schedules/{reference}", auth=READ, response=ScheduleDetailOut)
def detail(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Give a schedule with who gets its link and what became of it."""
    return _detail(request, reference)


@router.patch("/report-schedules/{reference}", auth=WRITE, response=ScheduleDetailOut)
def change(request: HttpRequest, reference: UUID, body: SchedulePatch) -> dict[str, Any]:
    """Change when a schedule runs, in which formats and for whom; the same again changes nothing."""
    _require_seen(request, reference)
    change = programs.Change(
        every=Every(body.every) if body.every else None,
        minute=_minute(body.time) if body.time else None,
        weekday=WEEKDAYS.index(body.weekday) if body.weekday else None,
        day=body.day,
        formats=body.formats,
        recipients=body.recipients,
        skips_empty=body.only_if_not_empty,
    )
    programs.change_schedule(reference, change, by=request.auth.actor, at=timezone.now())
    return _detail(request, reference)


@router.post("/report-schedules/{reference}/pause", auth=WRITE, response=ScheduleDetailOut)
def pause(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Run it no more until it is resumed; pausing it again changes nothing."""
    _require_seen(request, reference)
    programs.pause_schedule(reference, by=request.auth.actor, at=timezone.now())
    return _detail(request, reference)


@router.post("/report-schedules/{reference}/resumption", auth=WRITE, response=ScheduleDetailOut)
def resume(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Run it again from its next time on; what was due meanwhile is not made up for."""
    _require_seen(request, reference)
    programs.resume_schedule(reference, by=request.auth.actor, at=timezone.now())
    return _detail(request, reference)


@router.delete("/report-schedules/{reference}", auth=WRITE, response={204: None})
def remove(request: HttpRequest, reference: UUID) -> Status:
    """Remove a schedule; its filter and the reports that it made stay."""
    _require_seen(request, reference)
    programs.remove_schedule(reference, by=request.auth.actor, at=timezone.now())
    return Status(204, None)


def _require_one(body: ScheduleIn) -> None:
    given = (body.filter is not None, body.question is not None, bool(body.report))
    if sum(given) != 1:
        told = "Give one of these: a filter or a question that the office shares, by its id; or a report."
        raise Refused("filter", told, field="filter")


def _asked(request: HttpRequest, body: ScheduleIn) -> UUID | programs.Asked:
    """Return which filter is to be run, or what is asked of a report that the program may see."""
    if body.filter is not None:
        require_report(request, filters.shared_filter(body.filter).report)
        return body.filter
    require_report(request, body.report)
    given = {key: str(value) for key, value in body.parameters.items() if value is not None}
    return programs.Asked(body.report, given, body.name, body.owner or "")


def _require_seen(request: HttpRequest, reference: UUID) -> ScheduleRow:
    """Return a schedule that the office shares, of what the program may see."""
    found = schedules.shared_schedule(reference, at=timezone.now())
    require_report(request, found.subject.code)
    return found


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _filter(row: filters.FilterRow) -> dict[str, Any]:
    return {
        "id": row.kept.reference,
        "name": row.kept.name,
        "report": row.kept.report,
        "parameters": row.kept.parameters,
        "format": row.kept.format,
        "asked": row.asked,
    }


def _out(row: ScheduleRow) -> dict[str, Any]:
    schedule, kept, question = row.schedule, row.schedule.saved_filter, row.schedule.question
    return {
        "id": schedule.reference,
        "name": row.subject.name,
        "filter": kept.reference if kept else None,
        "question": question.reference if question else None,
        "report": row.subject.code,
        "parameters": kept.parameters if kept else {},
        "formats": schedule.formats,
        "when": row.rhythm,
        "every": schedule.every,
        "time": schedule.rhythm.clock,
        "weekday": WEEKDAYS[schedule.weekday],
        "day": schedule.day,
        "only_if_not_empty": schedule.skips_empty,
        "paused_at": instant_out(schedule.paused_at) if schedule.paused_at else None,
        "next_due_at": instant_out(row.next_due_at) if row.next_due_at else None,
        "last_due_at": instant_out(row.last_due_at) if row.last_due_at else None,
        "last_outcome": row.outcome.lower() or None,
    }


def _detail(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    found = _require_seen(request, reference)
    owner = found.subject.owner
    return {
        **_out(found),
        "owner": owner.email if owner else "",
        "held_back": found.subject.standing.reason,
        "recipients": [person.email for person in schedules.people_of(found.schedule)],
        "history": [
            {
                "due_at": instant_out(row.run.due_at),
                "outcome": row.run.outcome,
                "because": row.run.because,
                "sent_to": row.run.sent_to,
                "runs": [run.reference for run in row.reports],
            }
            for row in schedules.last_runs(found.schedule)
        ],
    }
