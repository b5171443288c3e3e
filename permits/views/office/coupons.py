"""Coupons: what they take off, who used them, made and switched off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.dates import local_date
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from permits import operations
from permits.forms_coupons import NewCouponForm
from permits.queries import coupons as reading
from permits.queries.told import events_shown
from permits.views.posted import posted

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def coupon_list(request: HttpRequest) -> HttpResponse:
    """List coupons with what each took off, or find one by its code or name."""
    now, text = timezone.now(), request.GET.get("q", "").replace("\x00", "")
    shown: Page[Any] = Paginator(reading.coupons(text), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "text": text,
        "today": local_date(now, programme.in_force(now).programme.tz),
        "may_make": request.user.may(Permission.PAYMENT_REFUND),
    }
    return page(request, "permits/office/coupons.html", context, part="results")


@may(Permission.PAYMENT_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Make a coupon."""
    now = timezone.now()
    rules = programme.in_force(now).programme
    form = NewCouponForm(
        posted(request),
        types=[(kind.code, kind.name) for kind in rules.permit_types],
        audiences=[(one.code, one.name) for one in rules.audiences],
        initial={"first_on": local_date(now, rules.tz)},
    )
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            made = operations.make_coupon(**form.cleaned_data, by=actor(request), at=now)
            messages.success(request, f"{made.code} can be used.")
            return redirect("office_coupons:detail", reference=made.reference)
    status = 422 if form.errors else 200
    return page(request, "permits/office/coupon_new.html", {"form": form}, status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a coupon: its terms, the permits that used it, and what happened."""
    now = timezone.now()
    found = reading.coupon(str(reference))
    rules = programme.in_force(now).programme
    shown: Page[Any] = Paginator(reading.uses_of(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "coupon": found,
        "given": rules.money(reading.given_by(found)),
        "types": [kind.name if (kind := rules.permit_type(c)) else c for c in found.types],
        "audiences": [who.name if (who := rules.audience(c)) else c for c in found.audiences],
        "today": local_date(now, rules.tz),
        "page": shown,
        "events": events_shown("coupon", str(found.reference)),
        "may_switch": request.user.may(Permission.PAYMENT_REFUND),
    }
    return page(request, "permits/office/coupon.html", context, part="results")


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def switch(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Switch a coupon off, or on again."""
    off = request.POST.get("act") != "on"
    changed = operations.switch_coupon(
        str(reference), off=off, by=actor(request), at=timezone.now()
    )
    told = "takes nothing off any more" if off else "can be used again"
    messages.success(request, f"{changed.code} {told}.")
    return redirect("office_coupons:detail", reference=changed.reference)
