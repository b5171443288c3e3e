"""The waiting room: coming in, the place in the line, the turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parkops.customers import operations as customers
from parkops.kernel.dates import Duration
from parkops.kernel.decisions import NotFound, Refused
from parkops.programme import queries as programme
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from parkops.ui.access import customer_only, public
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.models import Ticket
from permits.operations.room import room_of
from permits.queries import draws, room
from permits.queries.room import Glance, Standing
from permits.rules.draws import lot_of

LINE = "line"
"""The purpose of the signature that shows a place in a line to whoever has its address."""
PER_PAGE = 100
COUNTED_DOWN = timedelta(hours=2)
asks = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose place in which line an address means."""

    draw: str
    ticket: str

    def row(self) -> Ticket:
        """Return the ticket, read anew."""
        return draws.ticket(self.ticket)


@customer_only
@never_cache
@asks
@refusals_shown
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Tell when the sale opens and how the line works; take a place in it."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    if request.method == "POST":
        ticket = operations.enter_room(
            type_code=code, customer_id=customer.pk, by=actor(request), at=now
        )
        room.forget_number(ticket)
        return redirect(path_of(ticket))
    in_force = programme.in_force(now)
    kind = in_force.programme.permit_type(code)
    if kind is None or kind.visibility == "staff" or kind.on_sale.waiting_room is None:
        raise NotFound("There is no such permit.")
    draw = room_of(kind, customer, in_force, at=now)
    known = draws.ticket_of(customer, draw)
    if known is not None and room.is_under_way(known, at=now):
        return redirect(path_of(known))
    context = {
        "kind": kind,
        "draw": draw,
        "is_early": now < draw.opens_at,
        "is_open": now >= draw.draws_at,
        "waits": kind.on_sale.waiting_room,
    }
    return page(request, "permits/portal/room.html", context)


@public
@never_cache
@asks
@refusals_shown
def place(request: HttpRequest, token: str) -> HttpResponse:
    """Show a place in the line; asked again by the page, answer only what has changed.

    The address is the place: it works on another device and without signing in. Buying does not.
    """
    now = timezone.now()
    known = _place(token)
    if request.method == "POST":
        room.forget_number(operations.leave_room(known.ticket, at=now))
        return redirect("portal_permits:in_line", token=token)
    glance = _glance(known.draw, now)
    is_poll = "v" in request.GET
    standing = _quickly(known, glance, now) if is_poll else None
    ticket: Ticket | None = None
    if standing is None:
        ticket = known.row()
        standing = room.standing_of(ticket, glance, at=now)
    version = standing.version(glance)
    seconds = int(standing.asks_again_in(glance).total_seconds())
    if is_poll and request.GET["v"] == version:
        return HttpResponse(status=204, headers={"Live-Seconds": seconds})
    context = {
        "glance": glance,
        "standing": standing,
        "version": version,
        "seconds": seconds,
        "ticket": ticket,
        "token": token,
        "now": now,
        "is_soon": glance.opened_at - now < COUNTED_DOWN,
        "may_run_out": glance.left is not None and standing.ahead >= glance.left,
        "is_waiting": standing.state in ("gathering", "waiting", "sold_out", "turn"),
        "entry": known.ticket,
        "wait_text": Duration.of(standing.wait).text if standing.wait else "",
    }
    if is_poll:
        response = page(request, "permits/portal/_line.html", {**context, "is_poll": True})
        response["Live-Version"], response["Live-Seconds"] = version, seconds
        return response
    # The page of a crowd: it does not look who is signed in, since its address is all it needs.
    context["is_light"] = True
    context["draw"] = ticket.draw if ticket else draws.draw(known.draw)
    return page(request, "permits/portal/line.html", context)


@public
@require_safe
@refusals_shown
def draw(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Publish a draw: its promise, its seed once drawn, and the order, for anybody to repeat."""
    found = draws.draw(reference)
    if request.GET.get("as") == "text":
        return HttpResponse(draws.published(found), content_type="text/plain; charset=utf-8")
    rows = draws.in_order(found)
    entry = request.GET.get("entry", "").strip().lower()
    wanted = draws.receipt_of(entry)
    mine = rows.filter(reference=wanted).first() if wanted else None
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "draw": found,
        "kind": programme.in_force(timezone.now()).programme.permit_type(found.type_code),
        "page": shown,
        "entry": entry,
        "mine": mine,
        "lot": lot_of(found.seed, entry) if mine else "",
        "entered": draws.entered(found),
    }
    return page(request, "permits/portal/draw.html", context)


def path_of(ticket: Ticket) -> str:
    """Return the address of somebody's place in a line."""
    token = signing.sign([str(ticket.draw.reference), str(ticket.reference)], purpose=LINE)
    return reverse("portal_permits:in_line", args=[token])


def _place(token: str) -> _Place:
    try:
        return _Place(*signing.unsign(token, purpose=LINE))
    except (BadSignature, TypeError) as error:
        raise NotFound("There is no such place in a line.") from error


def _glance(reference: str, now: datetime) -> Glance:
    """Return the line as of the last second; whoever comes first in a second moves it up."""
    known = room.remembered(reference)
    if known is not None:
        return known
    operations.move_up(draws.draw(reference).pk, at=now)
    return room.look(draws.draw(reference), at=now)


def _quickly(known: _Place, glance: Glance, now: datetime) -> Standing | None:
    """Return where somebody stands without asking the database, where that can be known."""
    if not glance.is_drawn:
        return Standing("over" if glance.is_over else "gathering")
    number = room.number_of(known.ticket)
    return room.standing_by_number(number, glance, at=now) if number else None


def waits_for_turn(request: HttpRequest, code: str, now: datetime) -> str:
    """Return where a customer has to go before buying a type by turns; "" if they may go on.

    Where the line is empty the turn comes with buying, and nobody is sent anywhere.
    """
    customer = customers.customer_for_user(request.user, at=now)
    in_force = programme.in_force(now)
    kind = in_force.programme.permit_type(code)
    if kind is None or kind.on_sale.waiting_room is None:
        return ""
    if room.may_buy_now(kind, in_force, customer, at=now):
        return ""
    if request.method == "POST":
        try:
            ticket = operations.enter_room(
                type_code=code, customer_id=customer.pk, by=actor(request), at=now
            )
        except Refused:
            return reverse("portal_permits:room", args=[code])
        return "" if ticket.turn_ends_at else path_of(ticket)
    if room.is_calm(kind, in_force, customer, at=now):
        return ""
    return reverse("portal_permits:room", args=[code])
