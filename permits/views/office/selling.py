"""Selling a permit at the counter."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.customers import queries as customers
from parkops.customers.models import Customer
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms import SaleForm
from permits.models import Permit
from permits.queries import office, sale, shop
from permits.rules.plates import read_plates
from permits.views.posted import posted


@may(Permission.PERMIT_SELL)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Ask for whom and what; show the price; hold the permit, which is then paid at the counter."""
    now = timezone.now()
    customer = _customer(request)
    if customer is None:
        return _find(request)
    form = SaleForm(
        posted(request),
        kinds=office.kinds(at=now),
        initial={"plates": "\n".join(v.plate_text for v in customers.vehicles_of(customer.pk)[:1])},
    )
    shelf = sale.shelf(customer=customer, visible=office.ALL, by_staff=True, at=now)
    context = {"form": form, "customer": customer, "shelf": shelf}
    if request.method == "POST" and form.is_valid():
        try:
            wish = _wish(form, now)
            if request.POST.get("act") == "sell":
                permit = operations.hold_permit(
                    wish,
                    customer_id=customer.pk,
                    channel=Permit.Channel.OFFICE,
                    by=actor(request),
                    at=now,
                )
                return redirect("office_permits:detail", number=permit.number)
            context |= shop.priced(
                sale.offer_for(
                    type_code=wish.type_code,
                    customer=customer,
                    plates=wish.plates,
                    start=wish.start,
                    end=wish.end,
                    coupon=wish.coupon,
                    by_staff=True,
                    at=now,
                )
            )
        except Refused as refusal:
            form.add_error(_field_of(refusal), str(refusal))
    status = 422 if form.errors else 200
    return page(request, "permits/office/new.html", context, status=status)


def _wish(form: SaleForm, now: datetime) -> operations.Wish:
    """Return what the form asks for; a first day that is today starts now."""
    zone = programme.in_force(now).programme.tz
    day, hours = form.cleaned_data["start_on"], form.cleaned_data["hours"]
    is_later = day is not None and day != local_date(now, zone)
    start = midnight(day, zone) if is_later else now
    return operations.Wish(
        type_code=form.cleaned_data["permit_type"],
        plates=read_plates(form.cleaned_data["plates"]),
        start=start,
        end=start + timedelta(hours=hours) if hours else None,
        coupon=form.cleaned_data["coupon"],
    )


def _field_of(refusal: Refused) -> str | None:
    if refusal.field.startswith("vehicles"):
        return "plates"
    return {"permit_type": "permit_type", "end": "hours", "coupon": "coupon"}.get(refusal.field)


def _customer(request: HttpRequest) -> Customer | None:
    reference = request.GET.get("customer", "")
    if not reference:
        return None
    try:
        return customers.customer(reference)
    except NotFound:
        return None


def _find(request: HttpRequest) -> HttpResponse:
    """Ask for whom the permit is."""
    text = request.GET.get("q", "").replace("\x00", "")
    found = customers.matching(text).order_by("name", "pk")[:20] if text.strip() else []
    context = {
        "text": text,
        "rows": customers.list_rows(list(found)),
        "title": "Sell a permit",
        "next_url": reverse("office_permits:new"),
        "back_url": reverse("office_permits:list"),
        "back": "Permits",
    }
    return page(request, "permits/office/find.html", context, part="results")
