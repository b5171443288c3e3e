"""Schedules, as the pages of reports list them: what each runs, in whose name, and what became of it."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from parkops.accounts.models import User
from parkops.kernel.decisions import ALLOWED, Decision, NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from reporting import catalogue
from reporting.models import Question, ReportRun, SavedFilter, Schedule, ScheduledRun
from reporting.queries import filters
from reporting.queries.seeing import may_see
from reporting.questions import rules
from reporting.questions.report import code_of
from reporting.questions.words import sentence

TONES = {
    ScheduledRun.Outcome.RUNNING: "info",
    ScheduledRun.Outcome.SENT: "good",
    ScheduledRun.Outcome.EMPTY: "",
    ScheduledRun.Outcome.NOBODY: "warn",
    ScheduledRun.Outcome.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a schedule runs, a saved filter or a kept question, as it is now; in the name of its owner.

    `code` is that of the report that is made; empty where a question cannot be asked any more, as `fault` says.
    """

    kind: Literal["filter", "question"]
    name: str
    code: str
    report: str
    asked: str
    parameters: Mapping[str, Any]
    url: str
    owner: User | None
    fault: str = ""

    @property
    def standing(self) -> Decision:
        """Whether it can be run now: it can be asked, and its owner may see and run what is made."""
        if self.fault:
            return Decision("cannot_be_asked", self.fault)
        if self.owner is None:
            told = f"Whose {self.kind} this is works here no more."
            return Decision("owner_may_not", told)
        if not self.owner.may(Permission.REPORT_RUN) or not may_see(self.owner, self.code):
            who = self.owner.name or self.owner.email
            told = f"{who}, whose {self.kind} this is, may no longer run this report."
            return Decision("owner_may_not", told)
        return ALLOWED

    @property
    def runner(self) -> User:
        """In whose name it is run.

        :raises Refused: if it cannot be run now.
        """
        self.standing.require()
        if self.owner is None:
            raise Refused("owner_may_not", "It is nobody's.")
        return self.owner

    def is_of(self, user: User) -> bool:
        """Whether it is this person's own."""
        return self.owner is not None and self.owner.pk == user.pk

    def may_be_changed_by(self, user: User) -> bool:
        """Whether this person may change its schedules: their own; an administrator all that they see."""
        return self.is_of(user) or user.may(Permission.STAFF_MANAGE)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule: what it runs and when, when it is next due, and what became of it last."""

    schedule: Schedule
    subject: Subject
    rhythm: str
    next_due_at: datetime | None
    last_due_at: datetime | None
    outcome: str
    tone: str


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """What became of a schedule at one instant: its outcome, its reports, to whom they went."""

    run: ScheduledRun
    tone: str
    reports: Sequence[ReportRun]


def subject_of(schedule: Schedule, *, at: datetime) -> Subject:
    """Return what a schedule runs, and in whose name."""
    if schedule.saved_filter is not None:
        return subject_of_filter(schedule.saved_filter)
    if schedule.question is None:
        raise ValueError(f"{schedule} runs nothing")
    return subject_of_question(schedule.question, at=at)


def subject_of_filter(kept: SavedFilter) -> Subject:
    """Return a saved filter as what a schedule runs."""
    report = catalogue.find(kept.report)
    return Subject(
        kind="filter",
        name=kept.name,
        code=kept.report,
        report=catalogue.name_of(kept.report),
        asked=filters.asked_of(report, kept.parameters) if report else "",
        parameters=kept.parameters,
        url=reverse("office_filters:detail", args=[kept.reference]),
        owner=kept.owner,
        fault="" if report else f"There is no report {kept.report} any more.",
    )


def subject_of_question(question: Question, *, at: datetime) -> Subject:
    """Return a kept question as what a schedule runs."""
    currency = programme.in_force(at).programme.currency
    return _of_question(question, _owners([question]), currency)


def schedules_for(user: User, hidden: Sequence[str] = (), *, at: datetime) -> list[ScheduleRow]:
    """Return the schedules of what somebody sees, the next one due first; their own in any case."""
    seen = _rows(_schedules().filter(_seen_by(user)), at)
    return [row for row in seen if row.subject.is_of(user) or row.subject.code not in hidden]


def shared_schedules(hidden: Sequence[str] = (), *, at: datetime) -> list[ScheduleRow]:
    """Return the schedules of what the whole office sees, the next one due first."""
    seen = _rows(_schedules().filter(_shared()), at)
    return [row for row in seen if row.subject.code not in hidden]


def shared_schedule(reference: uuid.UUID, *, at: datetime) -> ScheduleRow:
    """Return a schedule of what the whole office sees.

    :raises NotFound: if there is none.
    """
    found = _rows(_schedules().filter(_shared(), reference=reference), at)
    if not found:
        raise NotFound("There is no such schedule of a shared filter or question.")
    return found[0]


def shared_question(reference: uuid.UUID) -> Question:
    """Return a question that the whole office sees.

    :raises NotFound: if there is none.
    """
    found = Question.objects.filter(reference=reference, is_shared=True).first()
    if found is None:
        raise NotFound("There is no such question that the office shares.")
    return found


def schedules_of(kept: SavedFilter | Question, *, at: datetime) -> list[ScheduleRow]:
    """Return the schedules of a filter or a question, the next one due first."""
    of = Q(saved_filter=kept) if isinstance(kept, SavedFilter) else Q(question=kept)
    return _rows(_schedules().filter(of), at)


def schedule_of(reference: uuid.UUID, *, user: User) -> Schedule:
    """Return a schedule of what somebody sees.

    :raises NotFound: if there is none.
    """
    found = _schedules().filter(_seen_by(user), reference=reference).first()
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def sees_schedule(schedule: Schedule, *, user: User) -> bool:
    """Return whether a schedule is of what somebody sees."""
    return Schedule.objects.filter(_seen_by(user), pk=schedule.pk).exists()


def last_runs(schedule: Schedule, *, limit: int = 20) -> list[ScheduledRow]:
    """Return what became of a schedule, the newest first."""
    runs = list(schedule.runs.order_by("-due_at")[:limit])
    made: dict[int, list[ReportRun]] = {}
    for run in ReportRun.objects.filter(scheduled__in=runs).order_by("pk"):
        made.setdefault(run.scheduled_id or 0, []).append(run)
    return [
        ScheduledRow(run, TONES[ScheduledRun.Outcome(run.outcome)], made.get(run.pk, []))
        for run in runs
    ]


def people_of(schedule: Schedule) -> list[User]:
    """Return the members of staff that a schedule is for, by e-mail address."""
    return list(User.objects.filter(pk__in=schedule.recipients).order_by("email"))


def _of_question(question: Question, owners: Mapping[str, User], currency: str) -> Subject:
    code = fault = ""
    report = "Own question"
    try:
        asked = rules.read(question.document, currency=currency)
        code, said = code_of(asked), sentence(asked)
        report = catalogue.name_of(code)
    except Refused as refusal:
        fault = said = f"It cannot be asked any more. {refusal}"
    return Subject(
        kind="question",
        name=question.name,
        code=code,
        report=report,
        asked=said,
        parameters={"question": json.dumps(question.document), "name": question.name},
        url=reverse("office_questions:detail", args=[question.reference]),
        owner=owners.get(question.owner_ref),
        fault=fault,
    )


def _owners(questions: Iterable[Question]) -> dict[str, User]:
    refs = {one.owner_ref for one in questions if one.owner_ref.isdigit()}
    return {str(user.pk): user for user in User.objects.filter(pk__in=refs)} if refs else {}


def _seen_by(user: User) -> Q:
    manages = user.may(Permission.STAFF_MANAGE)
    questions = Question.objects.seen_by(str(user.pk), manages=manages)
    return Q(saved_filter__in=SavedFilter.objects.seen_by(user)) | Q(question__in=questions)


def _shared() -> Q:
    return Q(saved_filter__is_shared=True) | Q(question__is_shared=True)


def _schedules() -> QuerySet[Schedule]:
    last = ScheduledRun.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
    return (
        Schedule.objects.select_related("saved_filter__owner", "question")
        .annotate(
            last_outcome=Subquery(last.values("outcome")[:1]),
            last_due_at=Subquery(last.values("due_at")[:1]),
        )
        .order_by("next_due_at", "pk")
    )


def _rows(found: Iterable[Schedule], at: datetime) -> list[ScheduleRow]:
    schedules = [*found]
    owners = _owners(one.question for one in schedules if one.question is not None)
    currency = programme.in_force(at).programme.currency
    return [
        _row(
            one,
            _of_question(one.question, owners, currency)
            if one.question is not None
            else subject_of(one, at=at),
        )
        for one in schedules
    ]


def _row(one: Schedule, subject: Subject) -> ScheduleRow:
    outcome = getattr(one, "last_outcome", None)
    return ScheduleRow(
        schedule=one,
        subject=subject,
        rhythm=one.rhythm.text,
        next_due_at=None if one.paused_at else one.next_due_at,
        last_due_at=getattr(one, "last_due_at", None),
        outcome=ScheduledRun.Outcome(outcome).label if outcome else "",
        tone=TONES[ScheduledRun.Outcome(outcome)] if outcome else "",
    )
