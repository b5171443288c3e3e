"""The questions that the office keeps and shares, and their answers, over HTTP."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from parkops.api.auth import needs
from parkops.api.paging import Paging, page_of_list
from parkops.api.values import instant_out
from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Scope
from parkops.programme import queries as programme
from reporting.api.scopes import may_of
from reporting.exports import structured
from reporting.questions import queries
from reporting.questions.answers import answer

router = Router()

READ = needs(Scope.REPORTS_READ)


class QuestionOut(Schema):
    """A kept question: what it is about (one of the published views), and what it asks, in words and as its
    document. `can_be_asked` is false where its view has changed since; `asked` then says how."""

    id: UUID
    name: str
    view: str
    asked: str
    can_be_asked: bool
    owner: str
    document: dict[str, Any]
    created_at: str
    changed_at: str


class QuestionsOut(Schema):
    """A page of kept questions."""

    items: list[QuestionOut]
    next: str | None


class ColumnOut(Schema):
    """A column of an answer; `kind` is text, count, money, number, date or share."""

    key: str
    title: str
    kind: str
    told: str


class AnswerOut(Schema):
    """An answer: rows by the keys of its columns, money as text in `currency`. `is_cut` where there are more rows
    than the question asks for."""

    id: UUID
    title: str
    asked: str
    made_at: str
    currency: str
    columns: list[ColumnOut]
    rows: list[dict[str, Any]]
    totals: dict[str, Any]
    is_cut: bool


@router.get("/report-questions", auth=READ, response=QuestionsOut)
def listing(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the questions that the office shares and whose answers the program may see, by name."""
    rows = queries.kept(may=may_of(request), at=timezone.now())
    return page_of_list(rows, paging, out=_out)


@router.get("/report-questions/{reference}", auth=READ, response=QuestionOut)
def detail(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Give a kept question."""
    return _out(_found(request, reference))


@router.get("/report-questions/{reference}/answer", auth=READ, response=AnswerOut)
def answered(request: HttpRequest, reference: UUID) -> dict[str, Any]:
    """Answer a kept question now: as many rows as it asks for, within seconds of the database (422
    `takes_too_long`); whole files come as report runs."""
    now = timezone.now()
    found = _found(request, reference)
    if found.asked is None:
        raise Conflict("cannot_be_asked", found.said)
    rules = programme.in_force(now).programme
    told = answer(found.asked, rules, at=now, title=found.row.name)
    document = structured.document(replace(told.dataset, made_at=now))
    return {
        **document,
        "id": reference,
        "asked": found.said,
        "made_at": instant_out(now),
        "is_cut": told.is_cut,
    }


def _found(request: HttpRequest, reference: UUID) -> queries.Kept:
    return queries.one(reference, may=may_of(request), at=timezone.now())


def _out(found: queries.Kept) -> dict[str, Any]:
    row = found.row
    return {
        "id": row.reference,
        "name": row.name,
        "view": found.asked.view.code if found.asked else str(row.document.get("view", "")),
        "asked": found.said,
        "can_be_asked": found.asked is not None,
        "owner": row.owner_name,
        "document": found.document,
        "created_at": instant_out(row.created_at),
        "changed_at": instant_out(row.changed_at),
    }
