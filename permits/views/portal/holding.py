"""A permit's own pages: what it is, on paper, in the calendar, and what its holder may do."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.tenancy import hosts, signing
from parkops.tenancy.signing import BadSignature
from parkops.ui import pdf
from parkops.ui.access import customer_only, public
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.speech import said
from payments.queries import plans as planning
from permits import operations
from permits.forms import PlateForm, ReasonForm
from permits.models import Permit
from permits.operations.notices import VERIFY
from permits.queries import permits as rows
from permits.queries.pages import permit_page
from permits.queries.refunds import refund_preview
from permits.rules.calendar import ics
from permits.rules.plates import read_plates
from permits.views.portal.owning import is_own, opened_by_link, own_permit, permit_to_see
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])


@public
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a permit to its holder, or to whoever was sent its link."""
    if opened_by_link(request, number):
        return redirect("portal_permits:detail", number=number)
    permit = permit_to_see(request, number)
    shown = permit_page(permit, at=timezone.now())
    context = {
        "shown": shown,
        "is_own": is_own(request, permit),
        "plan": planning.bought_by(permit.number),
        **_qr(permit),
    }
    return page(request, "permits/portal/detail.html", context)


@public
@require_safe
@refusals_shown
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """Give the permit as a PDF of half a page."""
    opened_by_link(request, number)
    permit = permit_to_see(request, number)
    now = timezone.now()
    context = {
        "tenant": request.tenant,
        "shown": permit_page(permit, at=now),
        "at": now,
        "page_size": "A5",
        **_qr(permit),
    }
    return HttpResponse(
        pdf.render("permits/pdf/permit.html", context),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="permit-{permit.number}.pdf"'},
    )


@public
@require_safe
@refusals_shown
def calendar(request: HttpRequest, number: str) -> HttpResponse:
    """Give the permit's end as a calendar file."""
    permit = permit_to_see(request, number)
    kind = rows.type_of(permit)
    text = ics(
        number=permit.number,
        title=said(say("Permit {number} ends, {kind}", number=permit.number, kind=kind.name)),
        ends_at=permit.ends_at,
        url=f"{hosts.current_site_url()}{reverse('portal_permits:detail', args=[permit.number])}",
        made_at=timezone.now(),
    )
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="permit-{permit.number}.ics"'},
    )


@public
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether the permit of a QR code is valid now, and nothing about its holder."""
    try:
        number = signing.unsign(token, purpose=VERIFY)
        permit = rows.permit(number)
    except (BadSignature, NotFound) as error:
        raise Http404("This code was not made here.") from error
    shown = permit_page(permit, at=timezone.now())
    status = "good" if shown.tone == "good" else "bad"
    return page(request, "permits/portal/verify.html", {"shown": shown, "verdict": status})


@customer_only
@asks
@refusals_shown
def vehicles(request: HttpRequest, number: str) -> HttpResponse:
    """Ask which plate to add or take off, and do it."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    if not shown.may_change:
        raise Refused("permit_over", "The plates of this permit cannot be changed any more.")
    act = request.POST.get("act", "")
    remove = act.partition(":")[2] if act.startswith("remove:") else ""
    replaces_one = shown.kind.vehicles.max == 1
    form = PlateForm(posted(request), is_optional=bool(remove))
    if request.method == "POST" and (remove or form.is_valid()):
        keep = [] if replaces_one else [p for p in shown.plates if p.key != remove]
        wanted = [(plate.text, plate.region) for plate in keep]
        if not remove:
            wanted.append((form.cleaned_data["plate"], form.cleaned_data["region"]))
        operations.change_vehicles(
            permit.number, wanted=read_plates(wanted), by=actor(request), at=now
        )
        messages.success(request, "The plates of your permit are changed.")
        return redirect("portal_permits:detail", number=permit.number)
    context = {
        "form": form,
        "shown": shown,
        "permit": permit,
        "replaces_one": replaces_one and bool(shown.plates),
        "has_room": replaces_one or len(shown.plates) < shown.kind.vehicles.max,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/vehicles.html", context, status=status)


@customer_only
@asks
@refusals_shown
def renewal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether to renew, and hold the next permit."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    if request.method == "POST":
        fresh = operations.renew_permit(
            permit.number, channel=Permit.Channel.PORTAL, by=actor(request), at=now
        )
        step = "detail" if fresh.paid_at is not None else "pay"
        return redirect(f"portal_permits:{step}", number=fresh.number)
    return page(request, "permits/portal/renewal.html", {"shown": shown, "permit": permit})


@customer_only
@asks
@refusals_shown
def cancellation(request: HttpRequest, number: str) -> HttpResponse:
    """Show what would come back, and cancel."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    form = ReasonForm(posted(request))
    form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        operations.cancel_permit(
            permit.number,
            reason=form.cleaned_data["reason"] or "Asked by the holder.",
            by=actor(request),
            at=now,
        )
        messages.success(request, said(say("Permit {number} is canceled.", number=permit.number)))
        return redirect("portal_permits:detail", number=permit.number)
    preview = refund_preview(permit, at=now)
    context = {"shown": shown, "permit": permit, "form": form, "preview": preview}
    return page(request, "permits/portal/cancellation.html", context)


def _qr(permit: Permit) -> dict[str, object]:
    """Return the address that the permit's QR code holds: a signed token, nothing personal."""
    token = signing.sign(permit.number, purpose=VERIFY)
    path = reverse("portal_permits:verify", args=[token])
    return {"qr_url": f"{hosts.current_site_url()}{path}"}
