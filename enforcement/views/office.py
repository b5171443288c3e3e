"""The office's pages of citations and plate checks."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.forms import CheckFilterForm, CitationFilterForm, VoidForm
from enforcement.forms_office import NoVoidForm, PrintForm, ProofAnswerForm, ReopenForm, SeenForm
from enforcement.operations import citations as citing
from enforcement.operations import looks, reopening, voiding
from enforcement.queries import citations as queries
from enforcement.queries import cures, evidence, office
from enforcement.queries.appeals import may_appeal
from enforcement.views import pictures
from enforcement.views.printing import PAPER
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

PER_PAGE = 25


@may(Permission.CITATION_VIEW)
@require_safe
def citation_list(request: HttpRequest) -> HttpResponse:
    """List citations, newest first, imported ones too."""
    now = timezone.now()
    violations, zones = office.known_codes(at=now)
    form = CitationFilterForm(request.GET, violations=violations, zones=zones)
    data = form.cleaned_data if form.is_valid() else {}
    looks.note_search(data.get("q", ""), place="citations", by=actor(request), at=now)
    rows = office.citations(
        text=data.get("q", ""),
        status=data.get("status", ""),
        violation=data.get("violation", ""),
        zone=data.get("zone", ""),
        officer=data.get("officer", ""),
        since=data.get("since"),
        until=data.get("until"),
        hour=int(data["hour"]) if data.get("hour") else None,
        view=request.GET.get("view", ""),
    )
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = office.citation_rows(list(found.object_list), at=now)
    context = {"form": form, "page": found, "tabs": office.citation_tabs(request.GET.urlencode())}
    return page(request, "enforcement/office/citations.html", context, part="results")


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def citation(request: HttpRequest, number: str) -> HttpResponse:
    """Show all about one citation."""
    return _citation(request, number, VoidForm())


@may(Permission.CITATION_VOID)
@require_POST
@refusals_shown
def void(request: HttpRequest, number: str) -> HttpResponse:
    """Void a citation, with a reason."""
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            waiting = voiding.ask_to_void(
                number, reason=form.cleaned_data["reason"], by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if waiting is None:
                messages.success(request, f"Citation {number} is voided.")
            else:
                messages.info(request, "Somebody else has to accept this void.")
            return redirect("office_citations:detail", number)
    return _citation(request, number, form, status=422)


@may(Permission.CITATION_VOID)
@require_POST
@refusals_shown
def decide_void(request: HttpRequest, number: str) -> HttpResponse:
    """Accept a void that somebody else asked for, or let the citation stand."""
    by, now = actor(request), timezone.now()
    if request.POST.get("act") == "accept":
        voiding.accept_void(number, by=by, at=now)
        messages.success(request, f"Citation {number} is voided.")
    else:
        voiding.reject_void(number, answer=request.POST.get("reason", "")[:1_000], by=by, at=now)
        messages.success(request, f"Citation {number} stands.")
    return redirect("office_citations:detail", number)


@may(Permission.CITATION_VOID)
@require_POST
@refusals_shown
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Take a void back, with a reason."""
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _citation(request, number, VoidForm(), reopening=form, status=422)
    reason = form.cleaned_data["reason"]
    reopening.reopen_citation(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Citation {number} is open again.")
    return redirect("office_citations:detail", number)


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def photo(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a photo as it is shown, or with ?original the file as it came, to save."""
    kept = evidence.photo(reference, citation=queries.citation(number))
    return pictures.original(kept) if "original" in request.GET else pictures.shown(kept)


@may(Permission.CITATION_VIEW)
@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """List who looked at which plate, newest first."""
    now = timezone.now()
    _, zones = office.known_codes(at=now)
    form = CheckFilterForm(request.GET, verdicts=office.verdict_choices(), zones=zones)
    data = form.cleaned_data if form.is_valid() else {}
    looks.note_search(data.get("q", ""), place="checks", by=actor(request), at=now)
    rows = office.plate_checks(
        text=data.get("q", ""),
        verdict=data.get("verdict", ""),
        zone=data.get("zone", ""),
        since=data.get("since"),
        until=data.get("until"),
    )
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found.object_list = office.check_rows(list(found.object_list))
    return page(
        request, "enforcement/office/checks.html", {"form": form, "page": found}, part="results"
    )


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def check(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show one look at a plate: what was asked and what was answered then."""
    return page(request, "enforcement/office/check.html", {"row": office.check_row(reference)})


def _citation(
    request: HttpRequest,
    number: str,
    form: VoidForm,
    reopening: ReopenForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found, now = queries.citation(number), timezone.now()
    shown = office.citation_page(found, at=now)
    has_permission = request.user.may(Permission.CITATION_VOID)
    context = {
        "shown": shown,
        "form": form,
        "print_form": PrintForm(initial={"how": request.session.get(PAPER, "pdf")}),
        "may_void": citing.may_void(shown.now),
        "may_reopen": has_permission and queries.may_reopen(found, at=now),
        "reopen_form": reopening or ReopenForm(),
        "has_permission": has_permission,
        "may_escalate": request.user.may(Permission.ESCALATION_VIEW),
        "may_decide_void": has_permission
        and shown.void_asked is not None
        and shown.void_asked.asked_by_ref != actor(request).ref,
        "void_form": NoVoidForm(),
        "curing": cures.curing(shown.now),
        "may_cure": request.user.may(Permission.CURE_DECIDE),
        "seen_form": SeenForm(),
        "answer_form": ProofAnswerForm(),
        "may_file": request.user.may(Permission.APPEAL_FILE)
        and bool(may_appeal(shown.now, late_accepted=True)),
    }
    return page(request, "enforcement/office/citation.html", context, status=status)
