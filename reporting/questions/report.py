"""The answer to a question as a report: files, digests and runs as the catalog's, but not listed in it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from reporting.catalogue.base import Asking, Parameter, Report
from reporting.datasets import Dataset
from reporting.questions import rules
from reporting.questions.answers import FILE_SECONDS, answer
from reporting.questions.drawings import on_paper
from reporting.questions.published import VIEWS, View
from reporting.questions.rules import Question

DAY = "day"
"""What a run calls the local day as of which a question is asked."""

PARAMETERS = (
    Parameter("question", "Question", "document", is_required=True),
    Parameter("name", "Name", "text"),
    Parameter(DAY, "As of the day", "date", blank="Today"),
)


def code_of(question: Question) -> str:
    """Return the code of the report that answers `question`: of its view, and whether it tells of people."""
    return _code(question.view, question.is_personal)


def _code(view: View, is_personal: bool) -> str:
    return f"question-{view.code}{'-personal' if is_personal else ''}"


def _report(view: View, *, is_personal: bool) -> Report:
    code = _code(view, is_personal)

    def build(asking: Asking) -> Dataset:
        currency = asking.programme.currency
        question = rules.read(_document(asking.answers["question"]), currency=currency)
        if code_of(question) != code:
            told = f"This question is answered by {code_of(question)}."
            raise Refused("other_report", told, field="parameters.question")
        asking.tell(0.1, "Asking the database")
        found = answer(
            question,
            asking.programme,
            at=asking.at,
            seconds=FILE_SECONDS,
            title=asking.answers["name"],
            today=asking.answers[DAY],
        )
        return replace(found.dataset, **on_paper(found))

    return Report(
        code=code,
        name=f"Own question: {view.title.lower()}",
        about=view.told,
        parameters=PARAMETERS,
        build=build,
        columns=(),
        section="Own questions",
        needs=view.needs,
        also_needs=Permission.CUSTOMER_VIEW if is_personal else None,
        asked=_asked,
    )


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        told = "This is to be a question as JSON."
        raise Refused("question", told, field="parameters.question") from None


def _asked(given: Mapping[str, Any]) -> str:
    return str(given.get("name") or "")


REPORTS = [
    _report(view, is_personal=is_personal) for view in VIEWS for is_personal in (False, True)
]
