"""The counter: find who stands there, take the money, give the change."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.money import decimals
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from payments import drawer_pages, gateways, links, operations, pages, place, queries
from payments.forms import TakeForm, refusal_on
from payments.models import Drawer


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def home(request: HttpRequest) -> HttpResponse:
    """Find a payer with everything owed; on a post, take the money for what is ticked."""
    found = found_by(request)
    drawer = drawer_of(request)
    credit = queries.credit_of(found.customer.pk) if found.customer else None
    form = TakeForm(request.POST or None, charges=found.charges, has_credit=bool(credit))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["method"] == "cash" and drawer is None:
            form.add_error("method", "Open a drawer before you take cash.")
        else:
            try:
                if form.cleaned_data["method"] == "credit" and found.customer:
                    return _use_credit(request, form, found.customer.pk)
                return redirect("office_counter:taken", _take(request, form, drawer))
            except Refused as refusal:
                refusal_on(form, refusal)
    context = {
        "text": request.GET.get("q", ""),
        "found": found,
        "form": form,
        "ticked": _ticked(request, found),
        "total": pages.total_of(found.charges),
        "drawer": drawer_pages.drawer(drawer) if drawer else None,
        "credit": credit,
        "pay_link": _pay_link(request, found),
        "decimals": decimals(place.currency()),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/counter.html", context, status=status)


@may(Permission.PAYMENT_TAKE)
@require_safe
@refusals_shown
def taken(request: HttpRequest, number: str) -> HttpResponse:
    """Show the change to give, and the receipt."""
    payment = queries.payment(number)
    context = {
        "receipt": pages.receipt(payment.public_id),
        "receipt_url": links.receipt_path(payment),
        "pdf_url": links.receipt_pdf_path(payment),
    }
    return page(request, "payments/office/taken.html", context)


def found_by(request: HttpRequest) -> queries.Found:
    """Return who and what the address of the request names."""
    now = timezone.now()
    try:
        reference = UUID(request.GET.get("customer", ""))
    except ValueError:
        return queries.find_payer(request.GET.get("q", ""), at=now)
    return queries.payer_of(reference, at=now)


def drawer_of(request: HttpRequest) -> Drawer | None:
    """Return the drawer that who asks has open."""
    by = actor(request)
    return queries.open_drawer_of(f"{by.kind}:{by.ref}")


def _take(request: HttpRequest, form: TakeForm, drawer: Drawer | None) -> str:
    """Take the money; return the payment's number."""
    told = form.cleaned_data
    payment = operations.take_payment(
        charge_ids=[UUID(one) for one in told["charge"]],
        method=told["method"],
        amount=told["given"],
        payer=told["payer"],
        drawer=drawer.public_id if drawer and told["method"] == "cash" else None,
        by=actor(request),
        at=timezone.now(),
    )
    return payment.number


def _use_credit(request: HttpRequest, form: TakeForm, customer_id: int) -> HttpResponse:
    """Pay what is ticked from the customer's credit, as far as it goes; the rest stays owed."""
    used = operations.apply_credit(
        customer_id=customer_id,
        charge_ids=[UUID(one) for one in form.cleaned_data["charge"]],
        by=actor(request),
        at=timezone.now(),
    )
    messages.success(request, f"{used} of the credit used.")
    return redirect(request.get_full_path())


def _ticked(request: HttpRequest, found: queries.Found) -> set[str]:
    if request.method == "POST":
        return set(request.POST.getlist("charge"))
    return {str(row.id) for row in found.charges}


def _pay_link(request: HttpRequest, found: queries.Found) -> str:
    """Return the address where the customer can pay all of it by card on their own phone."""
    if not found.charges or not gateways.takes_cards(request.tenant):
        return ""
    return links.pay_url([row.id for row in found.charges])
