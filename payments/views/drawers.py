"""Cash drawers in the office: open, move cash, count blind, sign off, take to the bank."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.money import decimals
from parkops.kernel.permissions import Permission
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.values import Tab
from payments import drawer_pages, operations, place, queries
from payments.forms_drawers import CountForm, DepositForm, FloatForm, MoveForm, WhyForm

PER_PAGE = 25
STATES = {"": "All", "open": "Open", "to_sign": "To sign off"}


@may(Permission.PAYMENT_VIEW)
@require_safe
def drawer_list(request: HttpRequest) -> HttpResponse:
    """List drawers, those opened last first, with what was over or short."""
    state = request.GET.get("state", "")
    rows = Paginator(queries.drawers(state).order_by("-opened_at", "-pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    shown.object_list = [drawer_pages.drawer_line(row) for row in shown.object_list]
    url = reverse("office_counter:drawers")
    context = {
        "page": shown,
        "tabs": [
            Tab(label, f"{url}?state={value}" if value else url, current=value == state)
            for value, label in STATES.items()
        ],
        "may_take": request.user.may(Permission.PAYMENT_TAKE),
        "may_sign": request.user.may(Permission.DRAWER_SIGN),
    }
    return page(request, "payments/office/drawers.html", context, part="results")


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def drawer(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Show a drawer with everything that went in and out of it, and its counts."""
    return _drawer(request, drawer_id)


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def open_drawer(request: HttpRequest) -> HttpResponse:
    """Ask for the float, and open a drawer."""
    form = FloatForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.open_drawer(
                name=form.cleaned_data["name"],
                float_=form.cleaned_data["float_minor"],
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("float_minor", str(refusal))
        else:
            messages.success(request, "Drawer opened.")
            return redirect("office_counter:home")
    status = 422 if form.errors else 200
    return page(request, "payments/office/open_drawer.html", {"form": form}, status=status)


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def move(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Put cash into a drawer, take some out, or drop some to the safe."""
    found = queries.drawer(drawer_id)
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"once": uuid4()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with refused_on(form):
            moved = operations.move_cash(
                drawer_id,
                kind=told["kind"],
                purpose=told["purpose"],
                amount=told["amount"],
                reason=told["reason"],
                request_key=str(told["once"]),
                by=actor(request),
                at=timezone.now(),
            )
            amount = place.money(moved.amount_minor)
            messages.success(request, f"{moved.get_kind_display()}: {amount}.")
            return redirect("office_counter:drawer", drawer_id)
    context = {"form": form, "drawer": found}
    status = 422 if form.errors else 200
    return page(request, "payments/office/move_cash.html", context, status=status)


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def close_drawer(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Ask for the count, the first or another; what is expected is shown only afterwards."""
    found = queries.drawer(drawer_id)
    is_again = found.recount_asked_at is not None
    form = CountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = operations.count_again if is_again else operations.close_drawer
        try:
            act(
                drawer_id,
                counted=form.cleaned_data["counted"],
                pieces=form.pieces,
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("counted", str(refusal))
        else:
            return redirect("office_counter:drawer", drawer_id)
    context = {
        "form": form,
        "drawer": found,
        "is_again": is_again,
        "decimals": decimals(place.currency()),
        "currency": place.currency(),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/close_drawer.html", context, status=status)


@may(Permission.PAYMENT_TAKE)
@require_POST
@refusals_shown
def explain(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Write down why a drawer is over or short."""
    form = WhyForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            operations.explain_drawer(
                drawer_id, reason=form.cleaned_data["reason"], by=actor(request), at=timezone.now()
            )
            return redirect("office_counter:drawer", drawer_id)
    return _drawer(request, drawer_id, why=form)


@may(Permission.DRAWER_SIGN)
@require_POST
@refusals_shown
def sign(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Sign a drawer off as its second person."""
    operations.sign_drawer(drawer_id, by=actor(request), at=timezone.now())
    messages.success(request, "Signed off.")
    return redirect("office_counter:drawer", drawer_id)


@may(Permission.DRAWER_SIGN)
@require_POST
@refusals_shown
def recount(request: HttpRequest, drawer_id: UUID) -> HttpResponse:
    """Ask for another count."""
    operations.ask_for_recount(
        drawer_id, reason=request.POST.get("reason", ""), by=actor(request), at=timezone.now()
    )
    messages.success(request, "Another count is asked for.")
    return redirect("office_counter:drawer", drawer_id)


def _drawer(request: HttpRequest, drawer_id: UUID, why: WhyForm | None = None) -> HttpResponse:
    found = queries.drawer(drawer_id)
    context = {
        "shown": drawer_pages.drawer_page(found, by=actor(request), at=timezone.now()),
        "drawer": found,
        "why": why or WhyForm(),
        "may_take": request.user.may(Permission.PAYMENT_TAKE),
        "may_sign": request.user.may(Permission.DRAWER_SIGN),
    }
    status = 422 if why and why.errors else 200
    return page(request, "payments/office/drawer.html", context, status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
def deposit_list(request: HttpRequest) -> HttpResponse:
    """List what went to the bank, the newest first."""
    rows = Paginator(queries.deposits().order_by("-made_at", "-pk"), PER_PAGE)
    shown: Page[Any] = rows.get_page(request.GET.get("page"))
    context = {"page": shown, "may_deposit": request.user.may(Permission.DRAWER_SIGN)}
    return page(request, "payments/office/deposits.html", context, part="results")


@may(Permission.DRAWER_SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new_deposit(request: HttpRequest) -> HttpResponse:
    """Choose what goes to the bank, count it, and make the slip."""
    here = _here()
    form = DepositForm(
        request.POST if request.method == "POST" else None,
        **{name: list(rows) for name, rows in here.items()},
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with refused_on(form):
            made = operations.make_deposit(
                drawers=told["drawers"],
                movements=told["drops"],
                payments=told["cheques"],
                counted=told["counted"],
                pieces=form.pieces,
                bag=told["bag"],
                by=actor(request),
                at=timezone.now(),
            )
            return redirect("office_counter:deposit", made.number)
    ticked = {
        name: {int(one) for one in request.POST.getlist(name) if one.isdigit()}
        if form.is_bound
        else set(rows)
        for name, rows in here.items()
    }
    context = {
        "form": form,
        "groups": drawer_pages.depositable(here, ticked=ticked, at=timezone.now()),
        "decimals": decimals(place.currency()),
        "currency": place.currency(),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/new_deposit.html", context, status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """Show what went to the bank in one bag."""
    shown = drawer_pages.deposit_page(queries.deposit(number))
    return page(request, "payments/office/deposit.html", {"shown": shown})


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def deposit_slip(request: HttpRequest, number: str) -> HttpResponse:
    """Give the deposit slip as a PDF."""
    shown = drawer_pages.deposit_page(queries.deposit(number))
    context = {"tenant": request.tenant, "shown": shown, "at": shown.deposit.made_at}
    paper = pdf.render("payments/office/deposit_slip.html", context)
    name = f'inline; filename="deposit-{number}.pdf"'
    return HttpResponse(
        paper, content_type="application/pdf", headers={"Content-Disposition": name}
    )


def _here() -> dict[str, dict[int, Any]]:
    """Return what has not gone to the bank: drawers, drops, checks, each by its row's id."""
    drawers = queries.drawers_here().order_by("closed_at", "pk")
    drops = queries.drops_here().order_by("moved_at", "pk")
    cheques = queries.cheques_here().select_related("customer").order_by("created_at", "pk")
    return {
        "drawers": {row.pk: row for row in drawers},
        "drops": {row.pk: row for row in drops},
        "cheques": {row.pk: row for row in cheques},
    }
