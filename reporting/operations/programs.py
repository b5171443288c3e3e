"""What programs do with saved filters, in the name of a member of staff: for the whole office, never beyond
what that person may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from parkops.accounts.models import User
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.permissions import Permission
from reporting import catalogue
from reporting.models import SavedFilter, Schedule
from reporting.operations import filters, schedules
from reporting.operations.schedules import Plan
from reporting.queries import filters as queries
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


@transaction.atomic
def make_schedule(
    asked: UUID | Asked,
    rhythm: Rhythm,
    *,
    formats: Sequence[str],
    recipients: Sequence[str],
    skips_empty: bool,
    by: Actor,
    at: datetime,
) -> Schedule:
    """Run a shared filter by the clock, or what is asked of a report, which is kept as one; `recipients` are
    e-mail addresses. The same again is the one that there is.

    :raises NotFound: if there is no such shared filter.
    :raises Refused: if its owner may not run the report, or the plan or an answer cannot be.
    :raises Conflict: if the owner has another filter of this name.
    """
    if isinstance(asked, Asked):
        kept = _kept(asked, file_format=formats[0], by=by, at=at)
    else:
        kept = queries.shared_filter(asked)
        _require_owner(kept.owner, kept.report)
    plan = Plan(rhythm, formats, _recipients(kept.report, recipients), skips_empty)
    return schedules.make_schedule(kept.reference, plan, by=kept.owner, at=at, signed=by)


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
    """Change some of a schedule of a shared filter; what it has already changes nothing.

    :raises NotFound: if there is no such schedule.
    :raises Refused: if what it would then do cannot be.
    """
    owner = queries.shared_schedule(reference).schedule.saved_filter.owner
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
        recipients = _recipients(schedule.saved_filter.report, change.recipients)
    plan = Plan(
        rhythm,
        _or(change.formats, schedule.formats),
        recipients,
        _or(change.skips_empty, schedule.skips_empty),
    )
    return schedules.change_schedule(reference, plan, by=owner, at=at, signed=by)


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
