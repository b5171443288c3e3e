"""How staff decide about proofs, and note one that was shown at the counter."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from enforcement.operations import cures as operations
from enforcement.queries import cures
from enforcement.views import pictures
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, refusals_shown


@may(Permission.CURE_DECIDE)
@require_POST
@refusals_shown
def seen(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the proof was shown at the counter: the citation is dismissed."""
    note = request.POST.get("note", "")[:1_000]
    operations.see_proof(number, note=note, by=actor(request), at=timezone.now())
    messages.success(request, f"Citation {number} is dismissed.")
    return redirect("office_citations:detail", number)


@may(Permission.CURE_DECIDE)
@require_POST
@refusals_shown
def decide(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Accept a proof, or not with a reason."""
    is_accepted = request.POST.get("act") == "accept"
    proof = operations.decide_proof(
        reference,
        is_accepted=is_accepted,
        answer=request.POST.get("answer", "")[:1_000],
        by=actor(request),
        at=timezone.now(),
    )
    told = "is dismissed" if is_accepted else "stands"
    messages.success(request, f"Citation {proof.citation.number} {told}.")
    return redirect("office_citations:detail", proof.citation.number)


@may(Permission.CURE_DECIDE)
@require_safe
@refusals_shown
def picture(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give the picture of a proof."""
    proof = cures.proof(reference)
    if not proof.shown:
        raise Http404
    return pictures.shown(proof)
