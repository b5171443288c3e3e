"""What a form is given by a request, and what was answered on the pages before."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import HttpRequest, QueryDict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Answers = TypeVar("Answers", bound="DataclassInstance")


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, though it be nothing; None on a mere look."""
    return request.POST if request.method == "POST" else None


def answered(request: HttpRequest, key: str, kind: type[Answers]) -> Answers:
    """Return what this visitor has answered so far, as a `kind`; empty before the first answer.

    An answer to a question that is asked no more, since a release between two pages, is left out.
    """
    kept: Any = request.session.get(key)
    known = {field.name for field in fields(kind)}
    told = kept if isinstance(kept, dict) else {}
    return kind(**{name: value for name, value in told.items() if name in known})


def keep_answers(request: HttpRequest, key: str, answers: "DataclassInstance") -> None:
    """Keep what was answered in the visitor's session."""
    request.session[key] = asdict(answers)
