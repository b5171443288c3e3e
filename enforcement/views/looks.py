"""Who looked at a plate: the office's page, asked with a reason."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_looks import LookForm
from enforcement.operations import looks as operations
from enforcement.queries import looks
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse


@may(Permission.CITATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask which plate's history is wanted and why; the look is kept before anything is shown."""
    form = LookForm(request.POST or None, initial={"plate": request.GET.get("plate", "")[:32]})
    if request.method == "POST" and form.is_valid():
        try:
            look = operations.look_at_history(
                **form.cleaned_data, by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("office_looks:history", look.reference)
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/looks_ask.html", {"form": form}, status=status)


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def history(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show who looked at a plate, to who gave a reason."""
    look = looks.own_look(reference, by=actor(request))
    context = {"look": look, "why": looks.why_of(look), "rows": looks.history(look.plate_key)}
    context["most"] = looks.MOST
    return page(request, "enforcement/office/looks.html", context)
