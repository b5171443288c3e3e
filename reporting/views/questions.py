"""Questions of one's own: put together, answered at once, kept, shared, made into files."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from reporting.forms import FORMATS
from reporting.queries import schedules
from reporting.questions import answers, operations, queries, rules
from reporting.questions.drawings import drawn
from reporting.questions.fields import QuestionForm, document_of, field_of, given_of
from reporting.questions.published import VIEWS
from reporting.questions.words import sentence

PER_PAGE = 25


@may(Permission.REPORT_VIEW)
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """List one's own questions and the shared ones, and what may be asked about."""
    who = actor(request)
    context = {
        "kept": queries.kept(ref=who.ref, may=request.user.may, at=timezone.now()),
        "views": [view for view in VIEWS if request.user.may(view.needs)],
        "may_ask": request.user.may(Permission.REPORT_RUN),
        "has_role": bool(answers.role(is_personal=False)),
        "runs_it": request.user.may(Permission.STAFF_MANAGE),
    }
    return page(request, "reporting/office/questions.html", context)


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest) -> HttpResponse:
    """Put a question together, with its answer beside; or keep it."""
    if request.method == "POST":
        return _keep(request, None)
    context = _built(request, document_of(request.GET), given=request.GET)
    return page(request, "reporting/office/question_new.html", context, part="builder")


@may(Permission.REPORT_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def edit(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Change a kept question, beginning with it; one of somebody else's is the start of a new one."""
    found = _kept(request, reference)
    if request.method == "POST":
        return _keep(request, found)
    given = request.GET if "view" in request.GET else MultiValueDict(given_of(found.document))
    context = _built(request, document_of(given), given=given)
    context |= {"found": found, "name": found.row.name, "is_shared": found.row.is_shared}
    return page(request, "reporting/office/question_new.html", context, part="builder")


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show a kept question with its answer now."""
    found = _kept(request, reference)
    context: dict[str, Any] = {"found": found, "formats": FORMATS, "told": ""}
    context["may_ask"] = request.user.may(Permission.REPORT_RUN)
    context["schedules"] = schedules.schedules_of(found.row, at=timezone.now())
    if found.asked is not None:
        context |= _answered(found.asked, request) | {"document": json.dumps(found.document)}
    else:
        context["told"] = found.said
    return page(request, "reporting/office/question.html", context)


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def remove(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Remove a kept question."""
    operations.remove_question(
        reference, may=request.user.may, by=actor(request), at=timezone.now()
    )
    messages.success(request, "The question is removed.")
    return redirect("office_questions:list")


@may(Permission.REPORT_RUN)
@require_POST
@refusals_shown
def file(request: HttpRequest) -> HttpResponse:
    """Queue a file of an answer, and go to its run."""
    run = operations.make_file(
        _document(request),
        name=request.POST.get("name", "").strip(),
        file_format=request.POST.get("format", ""),
        may=request.user.may,
        by=actor(request),
        at=timezone.now(),
    )
    return redirect("office_reports:run", reference=run.reference)


def _kept(request: HttpRequest, reference: uuid.UUID) -> queries.Kept:
    return queries.one(reference, ref=actor(request).ref, may=request.user.may, at=timezone.now())


def _keep(request: HttpRequest, found: queries.Kept | None) -> HttpResponse:
    """Keep what was sent, as a new question or in place of `found`; what is refused is said on the page."""
    document, name = _document(request), request.POST.get("name", "")
    given: dict[str, Any] = {
        "name": name,
        "is_shared": "is_shared" in request.POST,
        "may": request.user.may,
        "by": actor(request),
        "at": timezone.now(),
    }
    try:
        if found is not None and found.may_change:
            kept = operations.change_question(found.row.reference, document, **given)
        else:
            kept = operations.keep_question(document, **given)
    except Refused as refusal:
        if refusal.field != "name":
            raise
        context = _built(request, document, given=MultiValueDict(given_of(document)))
        context |= {"found": found, "name": name, "is_shared": given["is_shared"]}
        context |= {"name_refused": str(refusal)}
        return page(request, "reporting/office/question_new.html", context, status=422)
    messages.success(request, f"{kept.name} is kept.")
    return redirect("office_questions:detail", reference=kept.reference)


def _document(request: HttpRequest) -> dict[str, Any]:
    try:
        document = json.loads(request.POST.get("document", ""))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Refused("question", "Send the question as JSON.", field="document")
    return document


def _built(request: HttpRequest, document: dict[str, Any], *, given: Any) -> dict[str, Any]:
    """Return the builder filled with what was chosen, and the answer as far as it can be given."""
    views = [view for view in VIEWS if request.user.may(view.needs)]
    if not views:
        raise PermissionDenied("Your role includes nothing that could be asked about.")
    if "view" not in given:
        document = document | {"view": views[0].code, "columns": views[0].begun_with}
    context: dict[str, Any] = {"formats": FORMATS, "told": ""}
    fault: Refused | None = None
    currency = programme.in_force(timezone.now()).programme.currency
    try:
        question = rules.read(document, currency=currency)
        if not operations.is_open_to(question, request.user.may):
            raise Refused("not_yours_to_see", "Your role does not include this.", field="view")
        context |= _answered(question, request)
    except Refused as refusal:
        question, fault = None, refusal
    told = given_of(document)
    filled = MultiValueDict(told)
    if "view" in given:
        filled = MultiValueDict({**{name: told[name] for name in ("columns", "limit")}, **given})
    form = QuestionForm(filled, question=question, may=request.user.may)
    if fault is not None:
        field = field_of(fault.field)
        form.add_error(field if field in form.fields else None, str(fault))
    return context | {"form": form, "document": json.dumps(document), "question": question}


def _answered(question: rules.Question, request: HttpRequest) -> dict[str, Any]:
    """Return a page of an answer; why there is none where the database took too long."""
    now = timezone.now()
    told: dict[str, Any] = {"question": question, "said": sentence(question)}
    try:
        found = answers.answer(question, programme.in_force(now).programme, at=now)
    except Refused as refusal:
        return told | {"told": str(refusal)}
    dataset = found.dataset
    listed = found.page(request.GET.get("page", "1"), most=PER_PAGE)
    return told | {
        "answer": found,
        "page": listed,
        "lines": [(link, dataset.cells(row)) for link, row in listed],
        "totals": dataset.cells(dataset.totals) if dataset.has_totals and dataset.rows else [],
        "drawn": drawn(found),
    }
