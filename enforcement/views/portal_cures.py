"""Where somebody shows the proof that cures a citation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from enforcement.forms_cures import ProofForm
from enforcement.operations import cures as operations
from enforcement.queries import citations as citing
from enforcement.queries import cures
from enforcement.views import portal
from parkops.kernel.texts import say
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.speech import said


@public
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a picture of the proof, and send it."""
    citation, now = portal.known(request, number), timezone.now()
    if citation is None:
        return portal.ask(number)
    user = request.user
    known = {"name": user.name, "email": user.email} if user.is_authenticated else {}
    form = ProofForm(request.POST or None, request.FILES or None, initial=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refused_on(form):
            operations.file_proof(
                citation.number,
                name=data["name"],
                email=data["email"],
                language=get_language() or "",
                text=data["text"],
                picture=data["picture"].read(),
                by=actor(request),
                at=now,
            )
            messages.success(request, said(say("Your proof has arrived. A person looks at it.")))
            return redirect("portal_citations:detail", citation.number)
    shown = cures.curing(citing.standing_of(citation, at=now))
    context = {"form": form, "citation": citation, "shown": shown}
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/proof.html", context, status=status)
