"""Waiting for a permit that is sold out: the line, the own choices, and the offer in one step."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.customers import operations as customers
from parkops.customers import queries as customer_queries
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme.permit_schema import PermitType
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import customer_only, public
from parkops.ui.pages import act_of, actor, page, refusals_shown
from parkops.ui.speech import said
from payments import gateways
from payments import operations as payments
from permits import operations
from permits.forms_waitlist import JoinForm, TakeForm
from permits.models import Permit, WaitlistEntry
from permits.operations.line_notices import OFFER, offer_path
from permits.queries import line, sale, shop, switching
from permits.queries.pages import charges_of
from permits.rules import waitlist as rule
from permits.rules.plates import Plate, read_plates
from permits.views.portal.owning import remember_opened
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])


@customer_only
@asks
@refusals_shown
def waits(request: HttpRequest) -> HttpResponse:
    """List what the customer waits for, in the order of their choice, which they may change."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    mine = line.open_of(customer)
    if request.method == "POST":
        act, name = act_of(request)
        entry = next((row for row in mine if str(row.reference) == name), None)
        if entry is None:
            raise NotFound("There is no such entry of a waitlist.")
        if act == "leave":
            operations.leave_waitlist(entry.reference, by=actor(request), at=now)
            messages.success(request, gettext("You left the line."))
        elif act == "up":
            operations.prefer(entry.reference, rank=entry.rank - 1, by=actor(request), at=now)
        return redirect("portal_permits:waits")
    places = line.places_of(mine, at=now)
    groups = {line.group_of(place.kind) for place in places} - {""}
    more = [
        kind
        for kind in shop.lines_of(groups, customer=customer, at=now)
        if kind.code not in {row.type_code for row in mine}
    ]
    context = {
        "places": [(place, offer_path(place.entry)) for place in places],
        "more": more,
        "rules": list(
            dict.fromkeys(
                text
                for place in places
                if place.kind and place.kind.waitlist
                if (text := rule.choice_rule(place.kind.waitlist))
            )
        ),
    }
    return page(request, "permits/portal/waits.html", context)


@customer_only
@asks
@refusals_shown
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether to wait for a permit type that is sold out, and put the customer in line."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    shelf = shop.one(code, customer=customer, at=now)
    kind = shelf.kind
    form = JoinForm(posted(request), most=kind.per_customer)
    mine = [row for row in line.open_of(customer) if row.type_code == kind.code]
    if request.method == "POST" and request.POST.get("act") == "leave":
        for row in mine:
            operations.leave_waitlist(row.reference, by=actor(request), at=now)
        return redirect("portal_permits:wait", code=kind.code)
    if request.method == "POST" and form.is_valid():
        operations.join_waitlist(
            type_code=code,
            customer_id=customer.pk,
            wanted=form.count,
            by=actor(request),
            at=now,
        )
        return redirect("portal_permits:wait", code=kind.code)
    place = line.place_of(mine[0], at=now) if mine else None
    context = {
        "shelf": shelf,
        "kind": kind,
        "form": form,
        "spot": place,
        "offer_path": offer_path(place.entry) if place else "",
        "lapse_rule": rule.lapse_rule(kind.waitlist) if kind.waitlist else "",
        "choice_rule": rule.choice_rule(kind.waitlist) if kind.waitlist else "",
        "closes_on": line.closes_on(kind, at=now),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/wait.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Show an offered place to whoever was sent its link; one click takes it and goes to pay."""
    now = timezone.now()
    try:
        entry = line.entry(signing.unsign(token, purpose=OFFER))
    except BadSignature as error:
        raise NotFound("There is no such offer.") from error
    by = _by(request, entry)
    if request.method == "POST" and request.POST.get("act") == "decline":
        operations.leave_waitlist(entry.reference, by=by, at=now)
        return redirect("portal_permits:offer", token=token)
    if entry.status == WaitlistEntry.Status.ACCEPTED and entry.permit is not None:
        if entry.permit.customer_id == entry.customer_id:
            remember_opened(request, entry.permit)
        return redirect("portal_permits:detail", number=entry.permit.number)
    place = line.place_of(entry, at=now)
    until = entry.offer_expires_at
    is_open = place.is_offered and until is not None and until > now
    if is_open and place.kind is not None:
        return _ask(request, place, place.kind, by=by, now=now)
    return page(request, "permits/portal/offer.html", {"spot": place, "entry": entry})


def _ask(
    request: HttpRequest,
    place: line.Place,
    kind: PermitType,
    *,
    by: Actor,
    now: datetime,
) -> HttpResponse:
    """Show the price of an open offer with the vehicles that it would list, or take it."""
    entry = place.entry
    context: dict[str, object] = {"spot": place, "entry": entry, "is_open": True, "kind": kind}
    vehicles = {row.plate_key: row for row in customer_queries.vehicles_of(entry.customer_id)}
    most = kind.vehicles.max * entry.wanted
    known = [(key, row.plate_text) for key, row in vehicles.items()] if most else []
    first = [key for key, _ in known][:most]
    form = TakeForm(posted(request), vehicles=known, initial={"plates": first})
    is_sent = request.method == "POST" and form.is_valid()
    chosen = [vehicles[key] for key in (form.keys if is_sent else first)]
    plates = read_plates([(row.plate_text, row.region, row.fuel) for row in chosen])
    try:
        on_first = plates if entry.wanted == 1 else plates[: kind.vehicles.max]
        offered = sale.offer_for(
            type_code=entry.type_code, customer=entry.customer, plates=on_first, at=now
        )
        context |= {**shop.priced(offered), "form": form}
        total = str(offered.quote.total.minor)
        if is_sent and form.cleaned_data["shown"] in ("", total):
            return _take(request, entry, plates, by=by, now=now)
    except Refused as refusal:
        context["refusal"] = refusal
        return page(request, "permits/portal/offer.html", context, status=422)
    context |= {"total": total, "is_new_price": is_sent}
    context["switches"] = switching.permits_for(entry.customer, kind, at=now)
    return page(
        request, "permits/portal/offer.html", context, status=422 if form.errors or is_sent else 200
    )


def _take(
    request: HttpRequest,
    entry: WaitlistEntry,
    plates: tuple[Plate, ...],
    *,
    by: Actor,
    now: datetime,
) -> HttpResponse:
    """Hold the offered permits and go straight to the card page; without one, to the permit."""
    permits = operations.accept_offer(entry.reference, plates=plates, by=by, at=now)
    for permit in permits:
        remember_opened(request, permit)
    page_of_permit = redirect("portal_permits:detail", number=permits[0].number)
    owed = _owed(permits, now)
    if not owed or not gateways.takes_cards(request.tenant):
        return page_of_permit
    try:
        payment = payments.start_card_payment(
            charge_ids=owed,
            return_path=page_of_permit.url,
            email=entry.customer.email,
            by=by,
            at=now,
        )
    except Refused as refusal:
        messages.error(request, said(refusal))
        return page_of_permit
    return redirect(payment.redirect_url)


def _owed(permits: list[Permit], now: datetime) -> list[UUID]:
    rows = [row for permit in permits for row in charges_of(permit, at=now)]
    return [row.id for row in rows if not row.is_settled]


def _by(request: HttpRequest, entry: WaitlistEntry) -> Actor:
    """Return who acts: the one signed in, else the customer to whom the link was sent."""
    if request.user.is_authenticated:
        return actor(request)
    return Actor("public", "", f"{entry.customer.name or entry.customer.email}, by link")
