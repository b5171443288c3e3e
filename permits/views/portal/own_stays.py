"""The page of one's own stay: how long it runs, longer, ended, paid; by its signed link."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.kernel.dates import Duration
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.speech import said
from parkops.ui.values import Option
from payments import gateways
from payments import operations as payments
from permits import operations
from permits.forms_stays import LongerForm
from permits.models import ParkingSession
from permits.queries import stay_pages, stays
from permits.queries.stay_pages import StayPage
from permits.queries.stays import PAGE, stay_path
from permits.views.posted import posted

MINE = "stays"
MOST_REMEMBERED = 10
asks = require_http_methods(["GET", "HEAD", "POST"])


@public
@never_cache
@asks
@refusals_shown
def stay(request: HttpRequest, token: str) -> HttpResponse:
    """Show a stay with what may be done; on a post pay it, or end it."""
    now = timezone.now()
    shown = _shown(token, now)
    act = request.POST.get("act", "")
    context = {
        "shown": shown,
        "token": token,
        "takes_cards": gateways.takes_cards(request.tenant),
        "may_grow": shown.is_running and bool(_longer(shown, now)),
        "back": _given_back(shown, now),
    }
    if act == "stop":
        operations.stop_stay(shown.number, by=actor(request), at=now)
        messages.success(request, said(say("Your session is ended.")))
        return redirect("portal_stays:stay", token=token)
    if act == "mend":
        operations.mend_stay(shown.number, by=actor(request), at=now)
        messages.success(request, said(say("Your session is moved.")))
        return redirect("portal_stays:stay", token=token)
    if act == "pay" and shown.owed is not None:
        try:
            return pay(request, shown.number, email=shown.source.email, at=now)
        except Refused as refusal:
            context["refusal"] = refusal
            return page(request, "permits/portal/stay.html", context, status=422)
    return page(request, "permits/portal/stay.html", context)


@public
@never_cache
@asks
@refusals_shown
def extend(request: HttpRequest, token: str) -> HttpResponse:
    """Ask how much longer, each length with its new end and what it costs more; then pay."""
    now = timezone.now()
    shown = _shown(token, now)
    if not shown.is_running:
        return redirect("portal_stays:stay", token=token)
    rules = programme.version(shown.source.programme_version).programme
    found = _longer(shown, now)
    options = [
        Option(
            str(minutes),
            say("{span} more", span=Duration(minutes=minutes).text),
            say("Until {until}", until=f"{ends.astimezone(rules.tz):%H:%M}"),
            more,
        )
        for minutes, ends, more in found
    ]
    form = LongerForm(posted(request), values=[minutes for minutes, _, _ in found])
    if request.method == "POST" and form.is_valid():
        try:
            order = operations.order_extension(
                shown.number, minutes=form.cleaned_data["minutes"], by=actor(request), at=now
            )
            if order.settled_at is None:
                return pay(request, shown.number, email=shown.source.email, at=now)
        except (Conflict, Refused) as refusal:
            form.add_error(None, said(refusal))
        else:
            return redirect("portal_stays:stay", token=token)
    context = {"shown": shown, "token": token, "form": form, "options": options}
    status = 422 if form.errors else 200
    return page(request, "permits/portal/stay_extend.html", context, status=status)


def pay(request: HttpRequest, number: str, *, email: str, at: datetime) -> HttpResponse:
    """Lead to the card page where what a stay owes is paid; to its page if nothing is."""
    shown = stay_pages.stay_page(number, at=at)
    if shown.owed is None or shown.charge is None:
        return redirect(stay_path(number))
    payment = payments.start_card_payment(
        charge_ids=[shown.charge.id],
        return_path=stay_path(number),
        email=email,
        by=actor(request),
        at=at,
    )
    return redirect(payment.redirect_url)


def remember(request: HttpRequest, number: str) -> None:
    """Keep in the visitor's own session that a stay is theirs."""
    mine = [number, *request.session.get(MINE, [])]
    request.session[MINE] = list(dict.fromkeys(mine))[:MOST_REMEMBERED]


def running(request: HttpRequest, *, at: datetime, zone: str = "") -> list[tuple[object, str]]:
    """Return the visitor's own stays that run, each with the path of its page."""
    rows = stays.running_of(request.session.get(MINE, []), at=at)
    return [
        (row, stay_path(row.number))
        for row in rows
        if not zone or row.zone_code.lower() == zone.lower()
    ]


def _shown(token: str, now: datetime) -> StayPage:
    """Return the stay whose signed name this is.

    :raises NotFound: if it was not signed in this tenant.
    """
    try:
        number = signing.name_of(token, purpose=PAGE)
    except BadSignature as error:
        raise NotFound("There is no such session.") from error
    return stay_pages.stay_page(number, at=now)


def _longer(shown: StayPage, now: datetime) -> list:
    source = shown.source
    return stay_pages.longer(source) if isinstance(source, ParkingSession) else []


def _given_back(shown: StayPage, now: datetime) -> object:
    """Return what ending the stay now gives back, None if it gives nothing."""
    if not shown.is_running or not isinstance(shown.source, ParkingSession):
        return None
    back = stays.back_if_stopped(shown.source, at=now)
    return back if back.minor else None
