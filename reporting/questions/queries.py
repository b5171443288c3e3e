"""The questions that were kept, as far as somebody may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from reporting.models import Question
from reporting.questions import rules
from reporting.questions.words import sentence

MOST = 200

May = Callable[[Permission], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept question with what it asks; `said` says why it cannot be asked any more, if so. Its `document` then
    tells whoever may not see persons no more than its view: nobody knows whom its values name."""

    row: Question
    document: dict[str, Any]
    asked: rules.Question | None
    said: str
    is_mine: bool
    may_change: bool


def kept(*, ref: str = "", may: May, at: datetime) -> list[Kept]:
    """Return one's own questions and the shared ones that somebody may see, by name; a program has none."""
    rows = Question.objects.seen_by(ref, manages=may(Permission.STAFF_MANAGE))
    rows = rows.order_by("name", "pk")
    currency = programme.in_force(at).programme.currency
    found = [_kept(row, ref, may, currency) for row in rows[:MOST]]
    return [one for one in found if one.is_mine or _is_open(one, may)]


def one(reference: UUID, *, ref: str = "", may: May, at: datetime) -> Kept:
    """Return a question that is one's own or shared; a program has none of its own.

    :raises NotFound: if there is none that somebody may see.
    """
    seen = Question.objects.seen_by(ref, manages=may(Permission.STAFF_MANAGE))
    row = seen.filter(reference=reference).first()
    if row is None:
        raise NotFound("There is no such question.")
    found = _kept(row, ref, may, programme.in_force(at).programme.currency)
    if not _is_open(found, may):
        raise NotFound("There is no such question.")
    return found


def _is_mine(row: Question, ref: str) -> bool:
    return bool(ref) and row.owner_ref == ref


def _is_open(found: Kept, may: May) -> bool:
    return found.asked is None or all(may(needed) for needed in found.asked.needs)


def _kept(row: Question, ref: str, may: May, currency: str) -> Kept:
    is_mine = _is_mine(row, ref)
    may_change = is_mine or may(Permission.STAFF_MANAGE)
    try:
        asked = rules.read(row.document, currency=currency)
    except Refused as refusal:
        told = row.document
        if not (is_mine or may(Permission.CUSTOMER_VIEW)):
            told = {"view": str(told.get("view", ""))}
        said = f"It cannot be asked any more. {refusal}"
        return Kept(row, told, None, said, is_mine, may_change)
    return Kept(row, row.document, asked, sentence(asked), is_mine, may_change)
