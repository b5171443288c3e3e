"""Parking by the hour, one question a page: where, which plate, how long, and is that right?"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.api import limits
from parkops.customers import operations as customers
from parkops.customers import queries as customer_queries
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.programme.queries import in_force
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.speech import said
from parkops.ui.values import Reason
from payments import gateways
from permits import operations
from permits.forms import PlateForm
from permits.forms_stays import LengthForm, ReceiptForm, ZoneForm
from permits.forms_validations import HostCodeForm
from permits.queries import stay_pages, validations
from permits.queries.stay_pages import PaidZone
from permits.queries.stays import PAGE, stay_path
from permits.rules import stay_lengths
from permits.rules.guests import code_of
from permits.rules.plates import read_plates
from permits.views.portal import own_stays
from permits.views.posted import answered, keep_answers, posted

KEY = "stay_draft"
ORDERS_A_MINUTE = 20
STEPS = 5
asks = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(slots=True)
class Draft:
    """What has been answered so far; `number` is the stay that was asked for."""

    zone: str = ""
    plate: str = ""
    region: str = ""
    minutes: int = 0
    until: str = ""
    number: str = ""
    code: str = ""


@public
@asks
@refusals_shown
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the zone."""
    now = timezone.now()
    if request.GET.get("code"):
        _keep(request, Draft(code=code_of(request.GET["code"])))
    places = stay_pages.paid_zones(at=now)
    form = ZoneForm(posted(request))
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["zone"]
        found = next((p for p in places if p.zone.code.lower() == code.lower()), None)
        if found is not None:
            return redirect("portal_park:plate", code=found.zone.code)
        form.add_error("zone", _unknown(code, now))
    context = {"form": form, "places": places, "mine": own_stays.running(request, at=now)}
    status = 422 if form.errors else 200
    return page(request, "permits/portal/park_zone.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def plate(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the plate; the code in the address is what the sign's QR code says."""
    now = timezone.now()
    place = stay_pages.paid_zone(code, at=now)
    draft = _draft(request, place)
    _again(request, draft)
    form = PlateForm(posted(request), initial={"plate": draft.plate, "region": draft.region})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        known = read_plates([(asked["plate"], asked["region"])])[0]
        draft.plate, draft.region, draft.number = known.text, known.region, ""
        _keep(request, draft)
        return redirect("portal_park:length", code=place.zone.code)
    context = {
        "form": form,
        "paid": place,
        "known": _vehicles(request, now),
        "mine": own_stays.running(request, at=now, zone=place.zone.code),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/park_plate.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def length(request: HttpRequest, code: str) -> HttpResponse:
    """Ask how long, each length with its end and its price."""
    now = timezone.now()
    place = stay_pages.paid_zone(code, at=now)
    draft = _draft(request, place)
    if not draft.plate:
        return redirect("portal_park:plate", code=place.zone.code)
    found = stay_pages.lengths(place, at=now)
    options = [
        stay_pages.option(one, place, at=now, value="end" if one.is_until else "") for one in found
    ]
    form = LengthForm(
        posted(request),
        values=[option.value for option in options],
        initial={"length": str(draft.minutes) if draft.minutes else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _choose(draft, form, place, now)
        except Refused as refusal:
            form.add_error("until", said(refusal))
        else:
            _keep(request, draft)
            return redirect("portal_park:check", code=place.zone.code)
    context = {"form": form, "paid": place, "options": options, "draft": draft}
    status = 422 if form.errors else 200
    return page(request, "permits/portal/park_length.html", context, status=status)


@public
@never_cache
@asks
@refusals_shown
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Show all answers and the price with its reasons; saying yes leads to the card page."""
    now = timezone.now()
    place = stay_pages.paid_zone(code, at=now)
    draft = _draft(request, place)
    if not draft.plate or not (draft.minutes or draft.until):
        step = "length" if draft.plate else "plate"
        return redirect(f"portal_park:{step}", code=place.zone.code)
    ends_at = _end(draft, now)
    rules = place.rules
    email = request.user.email if request.user.is_authenticated else ""
    if request.POST.get("act") == "code":
        draft.code, draft.number = code_of(request.POST.get("code", "")), ""
        _keep(request, draft)
        return redirect("portal_park:check", code=place.zone.code)
    form = ReceiptForm(posted(request), initial={"email": email})
    takes_cards = gateways.takes_cards(request.tenant)
    try:
        stay_lengths.require_length(
            place.rates, zone_code=place.zone.code, start=now, ends_at=ends_at, zone=rules.tz
        )
        quote = stay_pages.quote(place, start=now, end=ends_at)
        covered, code_refused = _covered(draft, place, now, ends_at)
        to_pay = quote.total - covered if covered else quote.total
        if request.method == "POST" and form.is_valid():
            if to_pay and not takes_cards:
                raise Refused("cards_not_set_up", say("Card payments are not set up here."))
            draft.code = "" if code_refused else draft.code
            return _order(request, draft, form.cleaned_data["email"], now)
    except Refused as refusal:
        context = {"paid": place, "draft": draft, "refusal": refusal}
        return page(request, "permits/portal/park_check.html", context, status=422)
    context = {
        "paid": place,
        "draft": draft,
        "form": form,
        "span": stay_pages.span(now, ends_at, rules),
        "quote": quote,
        "lines": [Reason(row.text, row.amount) for row in quote.lines],
        "to_pay": to_pay,
        "covered": covered,
        "code_form": HostCodeForm(initial={"code": draft.code}),
        "code_refused": code_refused,
        "total_text": say("Total, tax included") if quote.tax else say("Total"),
        "takes_cards": takes_cards,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/park_check.html", context, status=status)


def _order(request: HttpRequest, draft: Draft, email: str, now: datetime) -> HttpResponse:
    """Ask for the stay, once, and lead to where it is paid; a free one runs at once."""
    if draft.number:
        return redirect(stay_path(draft.number))
    limits.require_calm(request, "park", per_minute=ORDERS_A_MINUTE)
    customer = None
    if request.user.is_authenticated:
        customer = customers.customer_for_user(request.user, at=now)
    order = operations.order_stay(
        plate=read_plates([(draft.plate, draft.region)])[0],
        zone_code=draft.zone,
        minutes=draft.minutes,
        until=datetime.fromisoformat(draft.until) if draft.until else None,
        email=email,
        code=draft.code,
        language=translation.get_language() or "",
        customer_id=customer.pk if customer else None,
        by=actor(request),
        at=now,
    )
    draft.number = order.number
    _keep(request, draft)
    own_stays.remember(request, order.number)
    return own_stays.pay(request, order.number, email=email, at=now)


def _covered(
    draft: Draft, place: PaidZone, now: datetime, ends_at: datetime
) -> tuple[Money | None, str]:
    """Return what the code that was given pays, or why it pays nothing."""
    if not draft.code:
        return None, ""
    try:
        code = validations.code(draft.code)
        key = read_plates([draft.plate])[0].key
        validations.require_usable(code, plate_key=key, at=now)
        validations.require_zone(code.department, place.zone.code, place.rules)
    except Refused as refusal:
        return None, said(refusal)
    found = validations.cover(code, place.rules, place.zone.code, start=now, ends=ends_at)
    return place.rules.money(found.net + found.tax), ""


def _choose(draft: Draft, form: LengthForm, place: PaidZone, now: datetime) -> None:
    """Keep the length that was chosen.

    :raises Refused: if a stay may not last as long.
    """
    asked = form.cleaned_data
    draft.minutes, draft.until, draft.number = 0, "", ""
    if asked.get("until"):
        until = stay_lengths.until(asked["until"], place.rules.tz, at=now)
        stay_lengths.require_length(
            place.rates, zone_code=place.zone.code, start=now, ends_at=until, zone=place.rules.tz
        )
        draft.until = until.isoformat()
    elif asked["length"] == "end" and place.charged.changes_at is not None:
        draft.until = place.charged.changes_at.isoformat()
    else:
        draft.minutes = int(asked["length"])


def _end(draft: Draft, now: datetime) -> datetime:
    if draft.until:
        return datetime.fromisoformat(draft.until)
    return now + stay_lengths.minutes_of(draft.minutes)


def _draft(request: HttpRequest, place: PaidZone) -> Draft:
    """Return what was answered; another zone keeps the plate."""
    draft = answered(request, KEY, Draft)
    if draft.zone != place.zone.code:
        draft = Draft(place.zone.code, draft.plate, draft.region, code=draft.code)
    return draft


def _keep(request: HttpRequest, draft: Draft) -> None:
    keep_answers(request, KEY, draft)


def _again(request: HttpRequest, draft: Draft) -> None:
    """Take the plate of an earlier stay, whose signed name the address carries."""
    token = request.GET.get("again", "")
    if not token:
        return
    try:
        before = stay_pages.stay_page(signing.name_of(token, purpose=PAGE), at=timezone.now())
    except (BadSignature, NotFound):
        return
    draft.plate, draft.region = before.source.plate_text, before.source.region


def _vehicles(request: HttpRequest, now: datetime) -> list:
    """Return the vehicles of who is signed in."""
    if not request.user.is_authenticated:
        return []
    customer = customers.customer_for_user(request.user, at=now)
    return list(customer_queries.vehicles_of(customer.pk))


def _unknown(code: str, now: datetime) -> str:
    zone = in_force(now).programme.zone(code)
    if zone is not None:
        return said(say("{zone} is not paid by the hour. Read its sign.", zone=zone.name))
    return said(say("There is no zone {zone_code}. Compare it with the sign.", zone_code=code))


def zone_url(code: str) -> str:
    """Return the path that a zone's sign leads to."""
    return reverse("portal_park:plate", args=[code])
