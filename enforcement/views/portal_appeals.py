"""The appellant's own page of an appeal: found by a signed link, or by its number and the PIN."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_appeals import EvidenceForm, FollowForm, SlotChoiceForm
from enforcement.models import Appeal
from enforcement.operations import appeals as appealing
from enforcement.operations import evidence as adding
from enforcement.operations import hearings as hearing
from enforcement.queries import evidence, following, hearings
from enforcement.queries.appeals import PAGE, hearing_of, page_path
from enforcement.views import appeal_papers, pictures
from enforcement.views.portal import remember
from parkops.api import limits
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import say
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import page, refusals_shown, refused_on
from parkops.ui.speech import said
from parkops.ui.values import Option

TRIES_A_MINUTE = 10
ACTS_A_MINUTE = 20


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the number of an appeal and the PIN of its citation, and lead to its page."""
    form = FollowForm(
        request.POST if request.method == "POST" else None, initial=request.GET.dict()
    )
    if request.method == "POST" and form.is_valid():
        limits.require_calm(request, "appeal-find", per_minute=TRIES_A_MINUTE)
        number = form.cleaned_data["number"]
        limits.require_calm(
            request, "appeal-number", per_minute=TRIES_A_MINUTE, of=number.strip().upper()[:40]
        )
        found = following.appeal_named(number, form.cleaned_data["pin"])
        if found is not None:
            return redirect(page_path(found))
        form.add_error(
            None, "No appeal with this number goes with this PIN. Compare both once more."
        )
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/appeals/find.html", {"form": form}, status=status)


@public
@never_cache
@require_safe
@refusals_shown
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Show how far the appeal has come, what happens next, and what can be done."""
    return _show(request, token, _appeal(token))


@public
@require_POST
@refusals_shown
def add(request: HttpRequest, token: str) -> HttpResponse:
    """Add words, pictures or documents while the appeal is open."""
    appeal, form = _appeal(token), EvidenceForm(request.POST, request.FILES, auto_id="add-%s")
    limits.require_calm(request, "appeal-act", per_minute=ACTS_A_MINUTE)
    if form.is_valid():
        with refused_on(form):
            adding.add_evidence(
                appeal.number,
                files=form.read_files(),
                papers=form.read_papers(),
                text=form.cleaned_data["text"],
                by=_appellant(appeal),
                at=timezone.now(),
            )
            messages.success(request, said(say("It is added to your appeal.")))
            return redirect("portal_appeals:follow", token)
    return _show(request, token, appeal, adding=form, status=422)


@public
@require_POST
@refusals_shown
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take the appeal back."""
    appeal = _appeal(token)
    appealing.withdraw_appeal(appeal.number, by=_appellant(appeal), at=timezone.now())
    messages.success(request, said(say("Your appeal is withdrawn.")))
    return redirect("portal_appeals:follow", token)


@public
@require_POST
@refusals_shown
def book(request: HttpRequest, token: str) -> HttpResponse:
    """Book the hearing, or move it to another time."""
    appeal, form = _appeal(token), SlotChoiceForm(request.POST)
    limits.require_calm(request, "appeal-act", per_minute=ACTS_A_MINUTE)
    if form.is_valid():
        with refused_on(form):
            hearing.book_hearing(
                appeal.number, form.cleaned_data["slot"], by=_appellant(appeal), at=timezone.now()
            )
            messages.success(request, said(say("Your hearing is booked.")))
            return redirect("portal_appeals:follow", token)
    return _show(request, token, appeal, booking=form, status=422)


@public
@require_POST
@refusals_shown
def release(request: HttpRequest, token: str) -> HttpResponse:
    """Give the hearing up; another time may be booked."""
    appeal = _appeal(token)
    hearing.release_hearing(appeal.number, by=_appellant(appeal), at=timezone.now())
    messages.success(request, said(say("Your hearing is given up.")))
    return redirect("portal_appeals:follow", token)


@public
@require_safe
@refusals_shown
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Give the hearing as a calendar file."""
    appeal = _appeal(token)
    booked = hearing_of(appeal)
    if booked is None:
        raise NotFound("No hearing is booked.")
    return HttpResponse(
        hearings.hearing_file(appeal, booked, made_at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="hearing-{appeal.number}.ics"'},
    )


@public
@require_safe
@refusals_shown
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Give the letter of the decision as a PDF, in the language of the page."""
    return appeal_papers.letter(
        _appeal(token), tenant=request.tenant, language=get_language() or ""
    )


@public
@require_safe
@refusals_shown
def picture(request: HttpRequest, token: str, reference: UUID) -> HttpResponse:
    """Give a picture that came with the appeal."""
    return pictures.shown(evidence.picture(reference, appeal=_appeal(token)))


@public
@require_safe
@refusals_shown
def document(request: HttpRequest, token: str, reference: UUID) -> HttpResponse:
    """Give a document that came with the appeal, to be saved."""
    return appeal_papers.document(evidence.document(reference, appeal=_appeal(token)))


@public
@require_safe
@refusals_shown
def go_on(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to the next level; who holds the link of the appeal knows the citation."""
    appeal = _appeal(token)
    remember(request, appeal.citation)
    return redirect("portal_citations:appeal", appeal.citation.number)


@public
@require_safe
@refusals_shown
def citation(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the citation, where it is paid."""
    appeal = _appeal(token)
    remember(request, appeal.citation)
    return redirect("portal_citations:detail", appeal.citation.number)


def _appeal(token: str) -> Appeal:
    try:
        return following.appeal(signing.name_of(token, purpose=PAGE))
    except BadSignature as error:
        raise NotFound("There is no such appeal.") from error


def _appellant(appeal: Appeal) -> Actor:
    return Actor("public", "", appeal.name)


def _show(
    request: HttpRequest, token: str, appeal: Appeal, *, status: int = 200, **forms: Any
) -> HttpResponse:
    shown = following.page_of(appeal, at=timezone.now())
    booking = forms.get("booking") or SlotChoiceForm()
    context = {
        "shown": shown,
        "token": token,
        "adding": forms.get("adding") or EvidenceForm(auto_id="add-%s"),
        "booking": booking,
        "slots": [
            Option(str(one.reference), hearings.slot_text(one), one.video and "Video")
            for one in shown.slots
        ],
        "follow_url": reverse("portal_appeals:follow", args=[token]),
    }
    return page(request, "enforcement/portal/appeals/follow.html", context, status=status)
