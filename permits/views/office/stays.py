"""Paid stays in the office: the list, one stay, how it is ended, and the posters of zones."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.tenancy import hosts
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab
from permits import operations
from permits.forms_stays import StayFilterForm
from permits.queries import stay_pages
from permits.queries.told import stay_history

PER_PAGE = 25
VIEWS = {"running": "Running now", "all": "All"}


@may(Permission.PERMIT_VIEW)
@require_safe
def stay_list(request: HttpRequest) -> HttpResponse:
    """List paid stays: those that run or all, narrowed by plate, number and zone."""
    now = timezone.now()
    places = stay_pages.paid_zones(at=now)
    form = StayFilterForm(
        request.GET or None, zones=[(p.zone.code, f"{p.zone.code}, {p.zone.name}") for p in places]
    )
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    text, zone = said.get("q", "").replace("\x00", "").strip(), said.get("zone", "")
    view = request.GET.get("view", "all" if text or zone else "running")
    found = stay_pages.matching(text=text, zone=zone, view=view, at=now).order_by("-pk")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = stay_pages.list_rows(list(shown.object_list), at=now)
    context = {
        "page": shown,
        "form": form,
        "places": places,
        "tabs": [
            Tab(
                label,
                f"{reverse('office_stays:list')}?{urlencode({'view': name})}",
                stay_pages.matching(view="running", at=now).count() if name == "running" else None,
                current=name == view,
            )
            for name, label in VIEWS.items()
        ],
    }
    return page(request, "permits/office/stays.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one stay with its price, its money and what happened to it."""
    shown = stay_pages.stay_page(number, at=timezone.now())
    context = {
        "shown": shown,
        "events": stay_history(shown.number),
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
        "may_see_customers": request.user.may(Permission.CUSTOMER_VIEW),
    }
    return page(request, "permits/office/stay.html", context)


@may(Permission.PERMIT_CHANGE)
@require_POST
@refusals_shown
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """End a stay now."""
    stay = operations.stop_stay(number, by=actor(request), at=timezone.now())
    messages.success(request, f"The session of {stay.plate_text} is ended.")
    return redirect("office_stays:detail", number=stay.number)


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """Give the sign of a zone where one pays by the hour: its code and QR code, to print."""
    now = timezone.now()
    place = stay_pages.paid_zone(code, at=now)
    site = hosts.current_site_url()
    context = {
        "tenant": request.tenant,
        "at": now,
        "paid": place,
        "qr_url": f"{site}{reverse('portal_park:plate', args=[place.zone.code])}",
        "type_at": f"{site.partition('://')[2]}{reverse('portal_park:enter')}",
    }
    return HttpResponse(
        pdf.render("permits/pdf/zone_poster.html", context),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="zone-{place.zone.code}.pdf"'},
    )
