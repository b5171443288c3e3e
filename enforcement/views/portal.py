"""Where the public finds a citation, pays it, appeals it and follows the appeal."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms import FindForm, PayForm
from enforcement.forms_appeals import AppealForm
from enforcement.models import Appeal, Citation
from enforcement.operations import appeals as appealing
from enforcement.operations.appeals import Plea
from enforcement.queries import boot_pages, cures, evidence, following, portal
from enforcement.queries import citations as queries
from enforcement.queries.appeals import grounds, page_path
from enforcement.rules.appeals import NEEDS
from enforcement.views import pictures
from parkops.api import limits
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.kernel.texts import listed, say, word
from parkops.programme.appeal_schema import Ground
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refuse
from parkops.ui.speech import said
from parkops.ui.values import Option
from payments import operations as payments
from payments import pages as payment_pages

FOUND = "citations_found"
MOST_REMEMBERED = 20
TRIES_A_MINUTE = 10
NOT_FOUND = (
    "No citation with this number goes with this PIN or plate. Compare both with the notice."
)
TOO_OFTEN = "That was tried too often. Wait a minute and try again."


@public
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for two facts of a citation, and show it to who knows both."""
    form = FindForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if request.method != "POST":
        return page(request, "enforcement/portal/find.html", {"form": form})
    if not _may_try(request):
        form.add_error(None, TOO_OFTEN)
        return page(request, "enforcement/portal/find.html", {"form": form}, status=429)
    if form.is_valid():
        citation = portal.found_by(form.cleaned_data["number"], form.cleaned_data["fact"])
        if citation is not None:
            remember(request, citation)
            return redirect("portal_citations:detail", citation.number)
        form.add_error(None, NOT_FOUND)
    return page(request, "enforcement/portal/find.html", {"form": form}, status=422)


@public
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a citation: what is owed now and later, why, its photos and its appeals."""
    citation = known(request, number)
    if citation is None and _is_staff(request):
        return redirect("office_citations:detail", queries.number_of(number))
    if citation is None:
        return ask(number)
    shown = portal.citation_page(citation, at=timezone.now())
    email = request.user.email if request.user.is_authenticated else ""
    context = {
        "shown": shown,
        "form": PayForm(initial={"email": email}),
        "curing": cures.curing(shown.now),
        "boot_path": boot_pages.held_path(citation),
        "transfer_url": _transfer_url(shown),
    }
    return page(request, "enforcement/portal/detail.html", context)


@public
@require_POST
@refusals_shown
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the card page with what the citation comes to now."""
    citation, now = known(request, number), timezone.now()
    if citation is None:
        return ask(number)
    shown, form = portal.citation_page(citation, at=now), PayForm(request.POST)
    context = {"shown": shown, "form": form, "transfer_url": _transfer_url(shown)}
    if shown.charge is None or not form.is_valid():
        return page(request, "enforcement/portal/detail.html", context, status=422)
    try:
        payment = payments.start_card_payment(
            charge_ids=[shown.charge.id],
            return_path=reverse("portal_citations:detail", args=[citation.number]),
            email=form.cleaned_data["email"],
            by=actor(request),
            at=now,
        )
    except Refused as refusal:
        context["refusal"] = refusal
        return page(request, "enforcement/portal/detail.html", context, status=422)
    return redirect(payment.redirect_url)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask why the citation is appealed, and file the appeal."""
    citation, now = known(request, number), timezone.now()
    if citation is None:
        return ask(number)
    offered = grounds(at=now)
    form = AppealForm(
        request.POST or None,
        request.FILES or None,
        grounds=offered,
        initial=_about(request),
    )
    context = {
        "shown": portal.citation_page(citation, at=now),
        "form": form,
        "options": [Option(one.code, one.name, _asked(one)) for one in offered],
    }
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        plea = Plea(data["grounds"], data["text"], data["name"], data["email"])
        filed: Appeal | None
        try:
            filed = appealing.file_appeal(
                citation.number,
                plea,
                evidence=form.read_files(),
                papers=form.read_papers(),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            # Sent twice, it is one: who clicks again is led to what was kept.
            filed = following.open_appeal(
                citation, plea.grounds, plea.text.strip(), plea.name.strip(), plea.email.strip()
            )
            if filed is None:
                refuse(form, refusal)
        if filed is not None:
            messages.success(
                request, said(say("Appeal {number} has arrived.", number=filed.number))
            )
            return redirect(page_path(filed))
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/appeal.html", context, status=status)


@public
@require_safe
@refusals_shown
def photo(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a photo of the citation as it is shown."""
    citation = known(request, number)
    if citation is None:
        raise Http404
    return pictures.shown(evidence.photo(reference, citation=citation))


def known(request: HttpRequest, number: str) -> Citation | None:
    """The citation, if this visitor has shown two facts of it or held the vehicle."""
    number = queries.number_of(number)
    citation = Citation.objects.filter(number=number).first()
    if citation is None:
        return None
    if number in request.session.get(FOUND, []):
        return citation
    user = request.user
    if user.is_authenticated and portal.is_of_customer(citation, user.pk):
        return citation
    return None


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.may(Permission.CITATION_VIEW)


def ask(number: str) -> HttpResponse:
    """The same answer for a citation that is not there and for one not yet shown."""
    return redirect(f"{reverse('portal_citations:find')}?number={queries.number_of(number)[:40]}")


def _transfer_url(shown: portal.CitationPage) -> str:
    """Return where the citation can be paid by bank transfer; empty if it cannot."""
    if not shown.may_pay or shown.charge is None:
        return ""
    back = reverse("portal_citations:detail", args=[shown.citation.number])
    return payment_pages.transfer_path([shown.charge.id], return_path=back, at=timezone.now())


def remember(request: HttpRequest, citation: Citation) -> None:
    """Let this visitor, who has shown that they know the citation, open it again."""
    known = [n for n in request.session.get(FOUND, []) if n != citation.number]
    request.session[FOUND] = [*known, citation.number][-MOST_REMEMBERED:]


def _may_try(request: HttpRequest) -> bool:
    """Count the try, by address and by the number that is tried."""
    tenant = request.tenant.schema_name
    number = queries.number_of(request.POST.get("number", ""))[:40].upper()
    address = limits.address(request)
    by_address = limits.allow(f"{tenant}:find:{address}", per_minute=TRIES_A_MINUTE)
    by_number = limits.allow(f"{tenant}:find-number:{number}", per_minute=TRIES_A_MINUTE)
    return by_address and by_number


def _asked(ground: Ground) -> str:
    """What has to come with an appeal on these grounds, said before it is sent."""
    if ground.asks:
        return ground.asks
    wanted = [word(NEEDS[need]) for need in ground.needs if need != "text"]
    return say("Needs {what}.", what=listed(wanted)) if wanted else ""


def _about(request: HttpRequest) -> dict[str, str]:
    user = request.user
    return {"name": user.name, "email": user.email} if user.is_authenticated else {}
