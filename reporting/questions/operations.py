"""What can be done with a question: keep it, change it, share it, remove it, make a file of its answer."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.tenancy import readers
from reporting.models import Question, ReportRun, Schedule
from reporting.operations import reports
from reporting.questions import rules
from reporting.questions.answers import readable
from reporting.questions.report import code_of
from reporting.questions.words import sentence

LONGEST_NAME = 120

May = Callable[[Permission], bool]


@transaction.atomic
def keep_question(
    document: Mapping[str, Any], *, name: str, is_shared: bool, may: May, by: Actor, at: datetime
) -> Question:
    """Keep a question of one's own under a name; `may` says what whoever asks is allowed.

    :raises Refused: naming the field that cannot be used, or if it is about what they may not see.
    :raises Conflict: if they have a question of this name.
    """
    _asked(document, may, at)
    name = _named(name)
    _not_taken(name, by)
    try:
        with transaction.atomic():
            question = Question.objects.create(
                name=name,
                document=document,
                is_shared=is_shared,
                owner_ref=by.ref,
                owner_name=by.name,
                created_at=at,
                changed_at=at,
            )
    except IntegrityError as error:  # the same was sent twice at once
        raise _taken(name) from error
    _record("question.kept", question, by, at)
    return question


@transaction.atomic
def change_question(
    reference: UUID,
    document: Mapping[str, Any],
    *,
    name: str,
    is_shared: bool,
    may: May,
    by: Actor,
    at: datetime,
) -> Question:
    """Change a question: one's own, or a shared one of somebody else for who manages staff.

    :raises NotFound: if there is none that they may change.
    :raises Refused: as `keep_question` does.
    """
    question = changeable_question(reference, may=may, by=by)
    _asked(document, may, at)
    name = _named(name)
    if name != question.name:
        _not_taken(name, Actor("staff", question.owner_ref, question.owner_name))
    if (question.name, question.document, question.is_shared) == (name, document, is_shared):
        return question
    question.name, question.is_shared = name, is_shared
    question.document = dict(document)
    question.changed_at = at
    question.save(update_fields=["name", "document", "is_shared", "changed_at"])
    _record("question.changed", question, by, at)
    return question


@transaction.atomic
def remove_question(reference: UUID, *, may: May, by: Actor, at: datetime) -> None:
    """Remove a question, as `change_question` allows.

    :raises NotFound: if there is none that they may remove.
    :raises Conflict: if a schedule runs it.
    """
    question = changeable_question(reference, may=may, by=by)
    if Schedule.objects.filter(question=question).exists():
        raise Conflict("is_scheduled", f"{question.name} is run by a schedule. Remove that first.")
    _record("question.removed", question, by, at)
    question.delete()


def make_file(
    document: Mapping[str, Any],
    *,
    name: str,
    file_format: str,
    may: May,
    by: Actor,
    at: datetime,
) -> ReportRun:
    """Queue a file of a question's answer: a report like any other, with its digest.

    :raises Refused: if the question cannot be asked, or is about what they may not see.
    """
    question = _asked(document, may, at)
    title = _named(name) if name else sentence(question)[:200]
    parameters = {"question": json.dumps(document), "name": title}
    return reports.ask_report(code_of(question), parameters, file_format=file_format, by=by, at=at)


def is_open_to(question: rules.Question, may: May) -> bool:
    """Return whether somebody who `may` do this may see the answer."""
    return all(may(one) for one in question.needs)


def changeable_question(reference: UUID, *, may: May, by: Actor) -> Question:
    """Return a question that somebody may change, as `change_question` allows; locked.

    :raises NotFound: if there is none.
    """
    manages = may(Permission.STAFF_MANAGE)
    seen = Question.objects.seen_by(by.ref, manages=manages).select_for_update()
    question = seen.filter(reference=reference).first()
    if question is None or not (question.owner_ref == by.ref or manages):
        raise NotFound("There is no such question of yours.")
    return question


def _asked(document: Mapping[str, Any], may: May, at: datetime) -> rules.Question:
    question = rules.read(document, currency=programme.in_force(at).programme.currency)
    if not is_open_to(question, may):
        told = "Your role does not include what is asked."
        raise Refused("not_yours_to_see", told, field="view")
    return question


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused("name", f"Give a name of 1 to {LONGEST_NAME} letters.", field="name")
    return name


def _not_taken(name: str, by: Actor) -> None:
    if Question.objects.filter(owner_ref=by.ref, name=name).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict("name_taken", f"There is a question {name} already.", field="name")


def _record(event: str, question: Question, by: Actor, at: datetime) -> None:
    audit.record(
        event,
        subject=("question", str(question.reference)),
        actor=by,
        at=at,
        name=question.name,
        is_shared=question.is_shared,
    )


@transaction.atomic
def give_login(label: str, *, is_personal: bool, by: Actor, at: datetime) -> readers.Login:
    """Make a login of the database by which a BI tool reads the published views.

    Its password is told once. Without `is_personal` it reads no column that tells of a person.

    :raises Refused: if the label cannot name one.
    :raises Conflict: if there is one of this label, or the database user may not make roles.
    """
    login = readers.make_login(
        readable(is_personal=is_personal), label=label, is_personal=is_personal
    )
    subject = ("bi_login", label)
    audit.record("bi_login.given", subject=subject, actor=by, at=at, is_personal=is_personal)
    return login


@transaction.atomic
def take_login(label: str, *, by: Actor, at: datetime) -> None:
    """Remove a login of a BI tool and end its sessions.

    :raises NotFound: if there is none of this label.
    """
    readers.revoke_login(label)
    audit.record("bi_login.taken", subject=("bi_login", label), actor=by, at=at)
