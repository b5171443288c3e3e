"""The office's pages of citations that are held because records disagree, and of what was refused."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_conflicts import HoldForm
from enforcement.models import CitationHold
from enforcement.operations import holds
from enforcement.queries import conflicts
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse

PER_PAGE = 25


@may(Permission.CITATION_VIEW)
@require_safe
def conflict_list(request: HttpRequest) -> HttpResponse:
    """List the citations that wait for a decision, those decided, or the records that were refused."""
    view = request.GET.get("view", "")
    rows = conflicts.rows_of(view)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "view": view, "tabs": conflicts.tabs(view)}
    return page(request, "enforcement/office/conflicts/list.html", context, part="results")


@may(Permission.CITATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def conflict(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Show why a citation is held, with all that there is to decide by; on a post, decide."""
    shown = conflicts.conflict_page(hold_id, at=timezone.now())
    is_asked = request.method == "POST"
    form = HoldForm(request.POST if is_asked else None)
    if is_asked and request.user.may(Permission.CITATION_VOID) and form.is_valid():
        try:
            decided = holds.decide_hold(
                hold_id, **form.cleaned_data, by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            if not decided.outcome:
                messages.info(request, "Somebody else has to accept this void.")
                return redirect("office_citations:detail", shown.citation.number)
            is_void = decided.outcome == CitationHold.Outcome.VOIDED
            told = "is voided" if is_void else "stands"
            messages.success(request, f"Citation {shown.citation.number} {told}.")
            return redirect("office_conflicts:list")
    context = {
        "shown": shown,
        "form": form,
        "may_decide": conflicts.may_decide(shown.citation, by=actor(request)),
        "has_permission": request.user.may(Permission.CITATION_VOID),
    }
    status = 422 if is_asked else 200
    return page(request, "enforcement/office/conflicts/detail.html", context, status=status)
