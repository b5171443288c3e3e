"""How officers and the office print a citation."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from enforcement.forms_office import PrintForm
from enforcement.operations import citations as operations
from enforcement.printing.printed import printed
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

PAPER = "field_paper"
"""Where the session keeps on what paper somebody printed last."""


@may(Permission.CITATION_VIEW)
@require_POST
@refusals_shown
def print_citation(request: HttpRequest, number: str) -> HttpResponse:
    """Print a citation in the form that was chosen; each print is counted."""
    form, now = PrintForm(request.POST), timezone.now()
    if not form.is_valid():
        context = {"refusal": "Choose one of the ways to print."}
        return page(request, "ui/refused.html", context, part="notice", status=422)
    kind, width = form.chosen
    request.session[PAPER] = form.cleaned_data["how"]
    citation = operations.note_print(number, form=kind, by=actor(request), at=now)
    done = printed(citation, kind, width=width, at=now)
    return HttpResponse(done.body, content_type=done.content_type, headers=done.headers)
