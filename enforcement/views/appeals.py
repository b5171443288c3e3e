"""The office's pages of appeals: the queues, one appeal with its case, and what is done with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_appeals import EvidenceForm
from enforcement.forms_reviewing import (
    AppealFilterForm,
    AssignForm,
    DecisionForm,
    FiledForm,
    HeardForm,
    ReasonForm,
)
from enforcement.models import Appeal
from enforcement.operations import appeals as deciding
from enforcement.operations import assigning
from enforcement.operations import evidence as adding
from enforcement.operations.appeals import Plea
from enforcement.queries import appeal_pages as pages
from enforcement.queries import citations as queries
from enforcement.queries import evidence, hearings, reviewers
from enforcement.queries.appeals import appeal_until, grounds, may_appeal, may_decide, reasons
from enforcement.views import appeal_papers, pictures
from parkops.kernel.dates import local_date
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on

PER_PAGE = 25


@may(Permission.APPEAL_VIEW)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the appeals of a view: those that wait by their target, those decided newest first."""
    now = timezone.now()
    today = local_date(now, queries.tenant_zone())
    view = request.GET.get("view", "")
    view = view if view in pages.VIEWS else ""
    people = [(one.ref, one.name) for one in reviewers.people()]
    form = AppealFilterForm(request.GET, grounds=grounds(at=now), people=people)
    data = form.cleaned_data if form.is_valid() else {}
    me = actor(request).ref
    rows = pages.appeals(
        view,
        me=me,
        text=data.get("q", ""),
        grounds=data.get("grounds", ""),
        reviewer=data.get("reviewer", ""),
        today=today,
    )
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = pages.appeal_rows(list(found.object_list), today=today)
    context = {
        "page": found,
        "form": form,
        "view": view,
        "is_over": view in ("decided", "unusual"),
        "tabs": pages.appeal_tabs(view, me=me, today=today),
        "may_decide": request.user.may(Permission.APPEAL_DECIDE),
    }
    return page(request, "enforcement/office/appeals/list.html", context, part="results")


@may(Permission.APPEAL_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show an appeal with the citation, its evidence, like cases, and the form of the decision."""
    return show(request, number)


@may(Permission.APPEAL_FILE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def file(request: HttpRequest, number: str) -> HttpResponse:
    """Write down an appeal that came by letter, by phone or at the counter; a late one with a reason."""
    now = timezone.now()
    standing = queries.standing_of(queries.citation(number), at=now)
    form = FiledForm(request.POST or None, request.FILES or None, grounds=grounds(at=now))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refused_on(form):
            filed = deciding.file_appeal(
                standing.citation.number,
                Plea(data["grounds"], data["text"], data["name"], data["email"]),
                evidence=form.read_files(),
                papers=form.read_papers(),
                late_reason=data["late_reason"],
                by=actor(request),
                at=now,
            )
            messages.success(request, f"Appeal {filed.number} is filed.")
            return redirect("office_appeals:detail", filed.number)
    context = {
        "citation": standing.citation,
        "form": form,
        "may_appeal": may_appeal(standing),
        "may_late": may_appeal(standing, late_accepted=True),
        "until": appeal_until(standing),
    }
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/appeals/file.html", context, status=status)


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Decide an appeal, and go on to the next of the own queue."""
    now = timezone.now()
    form = _decision_form(request)
    if form.is_valid():
        with refused_on(form):
            decided = deciding.decide_appeal(
                queries.number_of(number), **form.cleaned_data, by=actor(request), at=now
            )
            messages.success(request, f"Appeal {decided.number} is decided.")
            return _on(decided, request)
    return show(request, number, deciding=form, status=422)


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Put an appeal into somebody's queue."""
    form = AssignForm(request.POST, people=_people())
    if form.is_valid():
        with refused_on(form):
            given = assigning.assign_appeal(
                queries.number_of(number),
                to=form.cleaned_data["reviewer"],
                by=actor(request),
                at=timezone.now(),
            )
            where = f"with {given.reviewer}" if given.reviewer else "with nobody"
            messages.success(request, f"Appeal {given.number} is {where}.")
            return redirect("office_appeals:detail", given.number)
    return show(request, number, assigning=form, status=422)


@may(Permission.APPEAL_FILE)
@require_POST
@refusals_shown
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add what the appellant brought or said to an open appeal."""
    form = EvidenceForm(request.POST, request.FILES, auto_id="add-%s")
    if form.is_valid():
        with refused_on(form):
            adding.add_evidence(
                queries.number_of(number),
                files=form.read_files(),
                papers=form.read_papers(),
                text=form.cleaned_data["text"],
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, "It is added.")
            return redirect("office_appeals:detail", queries.number_of(number))
    return show(request, number, adding=form, status=422)


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Close the case of an appeal, with a reason."""
    form = ReasonForm(request.POST, auto_id="close-%s")
    if form.is_valid():
        closed = deciding.close_appeal(
            queries.number_of(number),
            reason=form.cleaned_data["reason"],
            by=actor(request),
            at=timezone.now(),
        )
        messages.success(request, f"The case of appeal {closed.number} is closed.")
        return redirect("office_appeals:detail", closed.number)
    return show(request, number, closing=form, status=422)


@may(Permission.APPEAL_DECIDE)
@require_POST
@refusals_shown
def waive(request: HttpRequest, number: str) -> HttpResponse:
    """Ask no fee for an appeal, with a reason."""
    form = ReasonForm(request.POST, auto_id="fee-%s")
    if form.is_valid():
        waived = deciding.waive_fee(
            queries.number_of(number),
            reason=form.cleaned_data["reason"],
            by=actor(request),
            at=timezone.now(),
        )
        messages.success(request, f"No fee is asked for appeal {waived.number}.")
        return redirect("office_appeals:detail", waived.number)
    return show(request, number, waiving=form, status=422)


@may(Permission.APPEAL_VIEW)
@require_safe
@refusals_shown
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """Give the letter of the decision as a PDF, in the appellant's language."""
    found = pages.appeal(number)
    return appeal_papers.letter(found, tenant=request.tenant, language=found.language)


@may(Permission.APPEAL_VIEW)
@require_safe
@refusals_shown
def picture(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give a picture of an appeal as it is shown, or with ?original the file as it came."""
    kept = evidence.picture(reference)
    return pictures.original(kept) if "original" in request.GET else pictures.shown(kept)


@may(Permission.APPEAL_VIEW)
@require_safe
@refusals_shown
def document(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give a document of an appeal, to be saved."""
    return appeal_papers.document(evidence.document(reference))


def _on(decided: Appeal, request: HttpRequest) -> HttpResponse:
    after = pages.next_of(decided, me=actor(request).ref)
    if after is None:
        return redirect("office_appeals:list")
    return redirect("office_appeals:detail", after.number)


def _people() -> list[tuple[str, str]]:
    return [(one.ref, f"{one.name} ({one.open_appeals})") for one in reviewers.people()]


def _decision_form(request: HttpRequest) -> DecisionForm:
    return DecisionForm(
        request.POST or None,
        reasons=reasons(at=timezone.now()),
        currency=request.tenant.currency,
    )


def show(request: HttpRequest, number: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show an appeal with the forms that were sent and not taken; part of other views."""
    found, now = pages.appeal(number), timezone.now()
    before, after = pages.neighbours(found)
    shown, is_open = pages.appeal_page(found, at=now), found.decided_at is None
    decision = may_decide(found, found.citation, by=actor(request))
    context = {
        "shown": shown,
        "deciding": forms.get("deciding") or _decision_form(request),
        "assigning": forms.get("assigning")
        or AssignForm(initial={"reviewer": found.reviewer_ref}, people=_people()),
        "adding": forms.get("adding") or EvidenceForm(auto_id="add-%s"),
        "closing": forms.get("closing") or ReasonForm(auto_id="close-%s"),
        "waiving": forms.get("waiving") or ReasonForm(auto_id="fee-%s"),
        "hearing": forms.get("heard") or HeardForm(initial=_heard(shown)),
        "refusal": forms.get("refusal"),
        "may_decide": decision,
        "has_permission": request.user.may(Permission.APPEAL_DECIDE),
        "may_file": request.user.may(Permission.APPEAL_FILE),
        "slots": [
            (one.reference, hearings.slot_text(one))
            for one in hearings.open_slots(at=now, by_staff=True)
        ]
        if is_open and found.is_heard
        else [],
        "before": before,
        "after": after,
    }
    return page(request, "enforcement/office/appeals/detail.html", context, status=status)


def _heard(shown: pages.AppealPage) -> dict[str, str]:
    hearing = shown.hearing
    return {"attendance": hearing.attendance, "note": hearing.note} if hearing else {}
