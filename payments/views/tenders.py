"""Several ways of paying at once; gift certificates; drives that take goods."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import operations, pages, place, queries
from payments.forms import refusal_on
from payments.forms_plans import ReasonForm
from payments.forms_tenders import DriveForm, GiftForm, SeveralForm
from payments.operations import drives, gifts
from payments.queries import tenders as reading
from payments.rules.tenders import shown_code
from payments.views.counter import drawer_of, found_by

PER_PAGE = 25


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def several(request: HttpRequest) -> HttpResponse:
    """Take several ways of paying at once, for what is ticked: all of it or nothing."""
    found, now = found_by(request), timezone.now()
    drawer = drawer_of(request)
    credit = queries.credit_of(found.customer.pk) if found.customer else None
    form = SeveralForm(
        request.POST or None,
        charges=found.charges,
        has_credit=bool(credit),
        initial={"once": uuid4()},
    )
    if request.method == "POST" and form.is_valid():
        ways = form.tenders()
        if drawer is None and any(way.method == "cash" for way in ways):
            form.add_error(None, "Open a drawer before you take cash.")
        else:
            try:
                taken = operations.take_tenders(
                    charge_ids=[UUID(one) for one in form.cleaned_data["charge"]],
                    ways=ways,
                    payer=form.cleaned_data["payer"],
                    drawer=drawer.public_id if drawer else None,
                    request_key=f"counter:{once}" if (once := form.cleaned_data["once"]) else "",
                    by=actor(request),
                    at=now,
                )
            except Refused as refusal:
                refusal_on(form, refusal)
            else:
                return redirect("office_counter:taken", taken[0].number)
    ticked = request.POST.getlist("charge") or [str(row.id) for row in found.charges]
    context = {
        "found": found,
        "form": form,
        "ticked": set(ticked),
        "total": pages.total_of(found.charges),
        "credit": credit,
        "drives": reading.open_drives(at=now),
        "query": request.GET.urlencode(),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/several.html", context, status=status)


@may(Permission.PAYMENT_VIEW)
@require_safe
def gift_list(request: HttpRequest) -> HttpResponse:
    """List gift certificates, or find one by its number or code."""
    text = request.GET.get("q", "").replace("\x00", "")
    shown: Page[Any] = Paginator(reading.gifts(text), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "text": text, "may_take": request.user.may(Permission.PAYMENT_TAKE)}
    return page(request, "payments/office/gifts.html", context, part="results")


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new_gift(request: HttpRequest) -> HttpResponse:
    """Sell a gift certificate, or give one away."""
    form = GiftForm(request.POST or None)
    may_give = request.user.may(Permission.PAYMENT_REFUND)
    if request.method == "POST" and form.is_valid():
        told, by, at = form.cleaned_data, actor(request), timezone.now()
        common = {"amount": told["amount"], "expires_on": told["expires_on"], "by": by, "at": at}
        if told["way"] == "given" and not may_give:
            form.add_error("way", "You may sell certificates, but not give them away.")
        else:
            with refused_on(form):
                if told["way"] == "given":
                    made = gifts.give_gift(reason=told["text"], **common)
                    return redirect("office_gifts:detail", made.number)
                made = gifts.sell_gift(text=told["text"], **common)
                messages.success(request, f"{made.number} counts once it is paid: take the money.")
                return redirect("office_gifts:detail", made.number)
    context = {"form": form}
    return page(
        request, "payments/office/new_gift.html", context, status=422 if form.errors else 200
    )


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def gift(request: HttpRequest, number: str) -> HttpResponse:
    """Show a gift certificate: its code, what is left, what it paid."""
    found = reading.gift(number)
    charge = queries.charge_of(gifts.KIND, found.number, at=timezone.now())
    may_take = request.user.may(Permission.PAYMENT_TAKE)
    context = {
        "gift": found,
        "code": shown_code(found.code) if may_take else "",
        "uses": reading.uses_of(found),
        "charge": charge,
        "may_block": may_take and found.blocked_at is None,
        "may_take": may_take,
        "form": ReasonForm(),
        "left": place.money(found.left_minor),
    }
    return page(request, "payments/office/gift.html", context)


@may(Permission.PAYMENT_TAKE)
@require_POST
@refusals_shown
def block_gift(request: HttpRequest, number: str) -> HttpResponse:
    """Let a gift certificate pay nothing more."""
    reason = request.POST.get("reason", "")
    gifts.block_gift(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Gift certificate {number} is blocked.")
    return redirect("office_gifts:detail", number)


@may(Permission.PAYMENT_VIEW)
@require_safe
def drive_list(request: HttpRequest) -> HttpResponse:
    """List drives with what each has taken."""
    shown: Page[Any] = Paginator(reading.drives(), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    told = reading.brought_to([one.code for one in rows])
    shown.object_list = [(one, told[one.code]) for one in rows]
    context = {"page": shown, "may_make": request.user.may(Permission.PAYMENT_REFUND)}
    return page(request, "payments/office/drives.html", context, part="results")


@may(Permission.PAYMENT_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new_drive(request: HttpRequest) -> HttpResponse:
    """Let goods be taken for charges."""
    form = DriveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            made = drives.make_drive(**form.cleaned_data, by=actor(request), at=timezone.now())
            messages.success(request, f"{made.name} takes goods.")
            return redirect("office_drives:detail", made.code)
    context = {"form": form}
    return page(
        request, "payments/office/new_drive.html", context, status=422 if form.errors else 200
    )


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def drive(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a drive has taken, taking by taking."""
    found = reading.drive(code)
    shown: Page[Any] = Paginator(reading.brought(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "drive": found,
        "told": reading.brought_to([found.code])[found.code],
        "page": shown,
    }
    return page(request, "payments/office/drive.html", context, part="results")
