"""What programs do with schedules, in the name of a member of staff: for the whole office, never beyond
what that person may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from parkops.accounts.models import User
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.permissions import Permission
from reporting import catalogue
from reporting.models import SavedFilter, Schedule
from reporting.operations import filters, schedules
from reporting.operations.schedules import Plan
from reporting.queries import filters as filter_queries
from reporting.queries import schedules as queries
from reporting.queries.seeing import may_see
from reporting.rules.schedules import Every, Rhythm

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a report, under a name, for the whole office; `owner` is the e-mail address of the
    member of staff in whose name it runs."""

    report: str
    parameters: Mapping[str, str]
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a schedule is to do: when, in which formats, for whom; `recipients` are e-mail addresses."""

    rhythm: Rhythm
    formats: Sequence[str]
    recipients: Sequence[str]
    skips_empty: bool = False

    def plan(self, code: str) -> Plan:
        """Return it as the plan of a schedule of the report of this code.

        :raises Refused: if a recipient is no member of staff who may see it.
        """
        people = _recipients(code, self.recipients)
        return Plan(self.rhythm, self.formats, people, self.skips_empty)


@transaction.atomic
def make_schedule(asked: UUID | Asked, wanted: Wanted, *, by: Actor, at: datetime) -> Schedule:
    """Run a shared filter by the clock, or what is asked of a report, which is kept as one. The same again is the
    one that there is.

    :raises NotFound: if there is no such shared filter.
    :raises Refused: if its owner may not run the report, or the plan or an answer cannot be.
    :raises Conflict: if the owner has another filter of this name.
    """
    if isinstance(asked, Asked):
        kept = _kept(asked, file_format=wanted.formats[0], by=by, at=at)
    else:
        kept = filter_queries.shared_filter(asked)
        _require_owner(kept.owner, kept.report)
    plan = wanted.plan(kept.report)
    return schedules.make_schedule(kept.reference, plan, by=kept.owner, at=at, signed=by)


@transaction.atomic
def schedule_question(reference: UUID, wanted: Wanted, *, by: Actor, at: datetime) -> Schedule:
    """Answer a shared question by the clock, in its owner's name. The same again is the one that there is.

    :raises NotFound: if there is no such shared question.
    :raises Refused: if it cannot be asked, its owner may not run it, or the plan cannot be.
    """
    subject = queries.subject_of_question(queries.shared_question(reference), at=at)
    if not subject.standing:
        raise Refused(subject.standing.code, subject.standing.reason, field="question")
    plan = wanted.plan(subject.code)
    return schedules.schedule_question(reference, plan, by=subject.runner, at=at, signed=by)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different in a schedule; None leaves a thing as it is. `recipients` are e-mail addresses."""

    every: Every | None = None
    minute: int | None = None
    weekday: int | None = None
    day: int | None = None
    formats: Sequence[str] | None = None
    recipients: Sequence[str] | None = None
    skips_empty: bool | None = None


@transaction.atomic
def change_schedule(reference: UUID, change: Change, *, by: Actor, at: datetime) -> Schedule:
    """Change some of a schedule that the whole office sees; what it has already changes nothing.

    :raises NotFound: if there is no such schedule.
    :raises Refused: if what it would then do cannot be.
    """
    owner, code = _owner_and_code(reference, at=at)
    schedule = schedules.own_schedule(reference, by=owner)
    was = schedule.rhythm
    rhythm = Rhythm(
        _or(change.every, was.every),
        _or(change.minute, was.minute),
        _or(change.weekday, was.weekday),
        _or(change.day, was.day),
    )
    recipients: Sequence[int] = schedule.recipients
    if change.recipients is not None:
        recipients = _recipients(code, change.recipients)
    plan = Plan(
        rhythm,
        _or(change.formats, schedule.formats),
        recipients,
        _or(change.skips_empty, schedule.skips_empty),
    )
    return schedules.change_schedule(reference, plan, by=owner, at=at, signed=by)


@transaction.atomic
def pause_schedule(reference: UUID, *, by: Actor, at: datetime) -> None:
    """Run it no more until it is resumed; pausing it again changes nothing.

    :raises NotFound: if there is no such schedule; likewise the others.
    """
    owner, _ = _owner_and_code(reference, at=at)
    schedules.pause_schedule(reference, by=owner, at=at, signed=by)


@transaction.atomic
def resume_schedule(reference: UUID, *, by: Actor, at: datetime) -> None:
    """Run it again from its next time on."""
    owner, _ = _owner_and_code(reference, at=at)
    schedules.resume_schedule(reference, by=owner, at=at, signed=by)


@transaction.atomic
def remove_schedule(reference: UUID, *, by: Actor, at: datetime) -> None:
    """Remove it; what it ran and what it made stay."""
    owner, _ = _owner_and_code(reference, at=at)
    schedules.remove_schedule(reference, by=owner, at=at, signed=by)


def _owner_and_code(reference: UUID, *, at: datetime) -> tuple[User, str]:
    subject = queries.shared_schedule(reference, at=at).subject
    if subject.owner is None:
        raise NotFound("There is no such schedule.")
    return subject.owner, subject.code


def _or(given: Value | None, kept: Value) -> Value:
    return kept if given is None else given


def _kept(asked: Asked, *, file_format: str, by: Actor, at: datetime) -> SavedFilter:
    code, name, owner = asked.report, asked.name, asked.owner
    if code not in catalogue.REPORTS:
        raise Refused("report", f"There is no report {code} in the catalog.", field="report")
    person = User.objects.filter(email__iexact=owner, is_active=True).first() if owner else None
    if person is None:
        raise Refused(
            "owner",
            "Give the e-mail address of a member of staff in whose name the report runs.",
            field="owner",
        )
    _require_owner(person, code)
    kept = filters.named_filter(person, name)
    if kept is None:
        return filters.save_filter(
            code,
            asked.parameters,
            name=name,
            file_format=file_format,
            is_shared=True,
            owner=person,
            at=at,
            signed=by,
        )
    if not kept.is_shared or (kept.report, kept.parameters) != (code, dict(asked.parameters)):
        raise Conflict(
            "name_taken",
            f"{person.name or person.email} has another filter of this name. Give another name.",
            field="name",
        )
    return kept


def _require_owner(owner: User, code: str) -> None:
    if not owner.is_active or not owner.may(Permission.REPORT_RUN) or not may_see(owner, code):
        told = f"The role of {owner.name or owner.email} does not let them run this report."
        raise Refused("owner", told, field="owner")


def _recipients(code: str, emails: Sequence[str]) -> list[int]:
    known = {person.email.lower(): person.pk for person in schedules.who_may_get(code)}
    for place, email in enumerate(emails):
        if email.lower() not in known:
            raise Refused(
                "recipients",
                f"{email} is no member of staff whose role lets them see this report.",
                field=f"recipients.{place}",
            )
    return [known[email.lower()] for email in emails]
