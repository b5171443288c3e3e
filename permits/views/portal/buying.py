"""Buying a permit, one question a page."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from parkops.api import limits
from parkops.customers import operations as customers
from parkops.customers import queries as customer_queries
from parkops.customers.models import Customer
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.queries import InForce
from parkops.ui.access import customer_only, public
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms import ChoiceForm, CouponForm, DatesForm, EmailForm, PlateForm
from permits.models import Permit
from permits.queries import sale, shop
from permits.rules import pricing
from permits.rules.plates import read_plates
from permits.views.portal import draft as drafts
from permits.views.portal.draft import Draft
from permits.views.portal.line import waits_for_turn
from permits.views.posted import posted

AHEAD = timedelta(days=365)
TRIES_A_MINUTE = 10
asks = require_http_methods(["GET", "HEAD", "POST"])


@public
@asks
@refusals_shown
def choose(request: HttpRequest) -> HttpResponse:
    """Ask which permit, showing what is open to this visitor with its price, and why not the rest."""
    now = timezone.now()
    options = shop.options(customer=_customer(request, now), at=now)
    open_codes = [option.value for option in options if not option.refused]
    draft = drafts.load(request)
    form = ChoiceForm(posted(request), initial={"permit_type": draft.type_code}, codes=open_codes)
    if request.method == "POST" and form.is_valid():
        return _begin(request, form.cleaned_data["permit_type"], now)
    context = {"form": form, "options": options, "has_open": bool(open_codes)}
    return _page(request, "choose", context, form)


@public
@asks
@refusals_shown
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin with one permit type, from its own link; types sold by link only begin here."""
    now = timezone.now()
    kind = programme.in_force(now).programme.permit_type(code)
    if kind is None or kind.visibility == "staff":
        raise NotFound("There is no such permit.")
    return _begin(request, kind.code, now)


@public
@asks
@refusals_shown
def vehicle(request: HttpRequest) -> HttpResponse:
    """Ask for the plates, one at a time."""
    now = timezone.now()
    draft, kind, _ = _under_way(request, now)
    act = request.POST.get("act", "")
    if act.startswith("remove:"):
        draft.plates = [plate for plate in draft.plates if plate[0] != act.partition(":")[2]]
        return _answered(request, draft, kind, stay="vehicle")
    has_room = len(draft.plates) < kind.vehicles.max
    may_go_on = bool(draft.plates) or act == "later"
    form = PlateForm(
        posted(request), is_optional=may_go_on, asks=pricing.asked_of_vehicles(kind.price)
    )
    if request.method == "POST" and form.is_valid():
        _add_plate(draft, form, room=has_room)
        draft.has_plates = True
        return _answered(request, draft, kind, stay="vehicle" if act == "add" else "")
    customer = _customer(request, now)
    listed = {plate.key for plate in read_plates(draft.plates)}
    known = customer_queries.vehicles_of(customer.pk) if customer else []
    context = {
        "form": form,
        "kind": kind,
        "plates": draft.plates,
        "known": [row for row in known if row.plate_key not in listed] if has_room else [],
        "has_room": has_room,
        "has_room_for_more": len(draft.plates) + 1 < kind.vehicles.max,
        **_place(draft, kind, "vehicle", request),
    }
    return _page(request, "vehicle", context, form)


@public
@asks
@refusals_shown
def dates(request: HttpRequest) -> HttpResponse:
    """Ask from when, and by the hour for how long."""
    now = timezone.now()
    draft, kind, in_force = _under_way(request, now)
    zone = in_force.programme.tz
    today = local_date(now, zone)
    by_hour, least_hours, most_hours = drafts.hours_of(kind)
    local = (draft.start_at(zone, now)).astimezone(zone)
    form = DatesForm(
        posted(request),
        today=today,
        latest=today + AHEAD,
        by_hour=by_hour,
        least_hours=least_hours,
        most_hours=most_hours,
        initial={
            "start_on": max(drafts.first_day(draft, zone, now), today),
            "start_time": local.time(),
            "hours": draft.hours or least_hours,
        },
    )
    if request.method == "POST" and form.is_valid():
        draft.start_on = form.cleaned_data["start_on"].isoformat()
        clock = form.cleaned_data.get("start_time")
        draft.start_time = f"{clock:%H:%M}" if clock else ""
        draft.hours = form.cleaned_data.get("hours") or 0
        return _answered(request, draft, kind)
    context = {
        "form": form,
        "kind": kind,
        "by_hour": by_hour,
        **_place(draft, kind, "dates", request),
    }
    return _page(request, "dates", context, form)


@public
@asks
@refusals_shown
def you(request: HttpRequest) -> HttpResponse:
    """Ask for the e-mail address; a code sent there opens the rest, without a password."""
    now = timezone.now()
    draft, kind, _ = _under_way(request, now)
    if request.user.is_authenticated:
        return redirect("portal_permits:check")
    context = {
        "form": EmailForm(),
        "kind": kind,
        "next": reverse("portal_permits:check"),
        **_place(draft, kind, "you", request),
    }
    return page(request, "permits/portal/you.html", context)


@customer_only
@asks
@refusals_shown
def check(request: HttpRequest) -> HttpResponse:
    """Show all answers and the price with its reasons, less a coupon's; saying yes holds the place."""
    now = timezone.now()
    draft, kind, in_force = _under_way(request, now)
    if draft.number:
        return redirect("portal_permits:pay", number=draft.number)
    step = drafts.next_step(draft, kind, is_known=True)
    if step != "check":
        return redirect(f"portal_permits:{step}")
    elsewhere = waits_for_turn(request, kind.code, now)
    if elsewhere:
        return redirect(elsewhere)
    customer = customers.customer_for_user(request.user, at=now)
    wish = draft.wish(zone=in_force.programme.tz, at=now)
    act = request.POST.get("act", "")
    form = CouponForm(request.POST if act == "coupon" else None, initial={"coupon": draft.coupon})
    context = {
        "draft": draft,
        "form": form,
        "kind": kind,
        "plates": draft.plates,
        "customer": customer,
        "documents": kind.documents if kind.approval == "documents" else (),
        **_place(draft, kind, "check", request),
    }
    try:
        if act == "no-coupon" or (act == "coupon" and form.is_valid()):
            return _take_coupon(request, draft, form, wish, customer, now)
        if request.method == "POST" and act != "coupon":
            return _hold(request, draft, wish, customer, now)
        offer = _offer(wish, customer, now)
    except Refused as refusal:
        if refusal.field != "coupon":
            context["refusal"] = refusal
            return page(request, "permits/portal/check.html", context, status=422)
        # Without it the permit is sold all the same: the price is shown again before that.
        draft.coupon = ""
        drafts.keep(request, draft)
        context["form"] = form = form if form.is_bound else CouponForm({"coupon": wish.coupon})
        form.is_valid()
        refuse(form, refusal)
        try:
            offer = _offer(replace(wish, coupon=""), customer, now)
        except Refused as other:
            context["refusal"] = other
            return page(request, "permits/portal/check.html", context, status=422)
    context |= shop.priced(offer)
    status = 422 if form.errors else 200
    return page(request, "permits/portal/check.html", context, status=status)


def _offer(wish: operations.Wish, customer: Customer, now: datetime) -> sale.Offer:
    return sale.offer_for(
        type_code=wish.type_code,
        customer=customer,
        plates=wish.plates,
        start=wish.start,
        end=wish.end,
        coupon=wish.coupon,
        at=now,
    )


def _take_coupon(
    request: HttpRequest,
    draft: Draft,
    form: CouponForm,
    wish: operations.Wish,
    customer: Customer,
    now: datetime,
) -> HttpResponse:
    """Put a coupon on the purchase, or take it off; few may be tried by one customer or address.

    :raises Refused: if it cannot be used, or too many were tried.
    """
    code = form.cleaned_data["coupon"] if form.is_bound else ""
    if code:
        try:
            limits.require_calm(request, "coupon", per_minute=6 * TRIES_A_MINUTE)
            limits.require_calm(
                request, "coupon-of", per_minute=TRIES_A_MINUTE, of=str(customer.pk)
            )
        except Refused as refusal:
            raise Refused(refusal.code, refusal.reason, field="coupon") from refusal
        _offer(replace(wish, coupon=code), customer, now)
    draft.coupon = code
    drafts.keep(request, draft)
    return redirect("portal_permits:check")


def _hold(
    request: HttpRequest, draft: Draft, wish: operations.Wish, customer: Customer, now: datetime
) -> HttpResponse:
    language = translation.get_language() or ""
    if customer.language != language:
        customers.change_customer(
            customer.pk, changes={"language": language}, by=actor(request), at=now
        )
    permit = operations.hold_permit(
        wish,
        customer_id=customer.pk,
        channel=Permit.Channel.PORTAL,
        by=actor(request),
        at=now,
    )
    draft.number = permit.number
    drafts.keep(request, draft)
    if permit.paid_at is not None and not permit.deposit_minor:
        return redirect("portal_permits:detail", number=permit.number)
    return redirect("portal_permits:pay", number=permit.number)


def _begin(request: HttpRequest, code: str, now: datetime) -> HttpResponse:
    """Start over with another type; plates that were given stay."""
    kind = programme.in_force(now).programme.permit_type(code)
    if kind is None:
        raise NotFound("There is no such permit.")
    before = drafts.load(request)
    same = before.type_code == kind.code and not before.number
    draft = before if same else Draft(kind.code, before.plates[: kind.vehicles.max])
    draft.coupon = before.coupon
    draft.type_code, draft.number = kind.code, ""
    return _answered(request, draft, kind)


def _answered(request: HttpRequest, draft: Draft, kind: PermitType, stay: str = "") -> HttpResponse:
    draft.number = ""
    drafts.keep(request, draft)
    step = stay or drafts.next_step(draft, kind, is_known=request.user.is_authenticated)
    return redirect(f"portal_permits:{step}")


def _add_plate(draft: Draft, form: PlateForm, *, room: bool) -> None:
    text = form.cleaned_data["plate"]
    if not text or not room:
        return
    names = ("region", "fuel", "co2", "euro")
    given = [text, *(form.cleaned_data.get(name) for name in names)]
    plates = read_plates([*draft.plates, given])
    draft.plates = [[p.text, p.region, p.fuel, p.co2, p.euro] for p in plates]


def _under_way(request: HttpRequest, now: datetime) -> tuple[Draft, PermitType, InForce]:
    """Return the purchase under way.

    :raises Refused: if there is none: the page says where to begin.
    """
    draft = drafts.load(request)
    in_force = programme.in_force(now)
    kind = in_force.programme.permit_type(draft.type_code) if draft.type_code else None
    if kind is None:
        raise Refused("no_draft", "Nothing is being bought. Choose a permit first.")
    return draft, kind, in_force


def _customer(request: HttpRequest, now: datetime) -> Customer | None:
    if not request.user.is_authenticated:
        return None
    return customers.customer_for_user(request.user, at=now)


def _place(draft: Draft, kind: PermitType, step: str, request: HttpRequest) -> dict[str, object]:
    """Return which step this is, of how many, and where back leads."""
    steps = drafts.steps_of(kind, is_known=request.user.is_authenticated)
    nth = steps.index(step)
    names = {"permit": "choose"}
    before = steps[nth - 1]
    return {
        "step": nth + 1,
        "step_count": len(steps),
        "step_name": step,
        "back_url": reverse(f"portal_permits:{names.get(before, before)}"),
        "steps": steps,
    }


def _page(
    request: HttpRequest, name: str, context: dict[str, object], form: object
) -> HttpResponse:
    status = 422 if getattr(form, "errors", None) else 200
    return page(request, f"permits/portal/{name}.html", context, status=status)
