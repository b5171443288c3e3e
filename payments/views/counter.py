"""The counter: find who stands there, take the money, give the change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.denominations import change_in, denominations, likely_given
from parkops.kernel.money import decimals
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from payments import drawer_pages, gateways, links, operations, pages, place, queries
from payments.forms import MailForm, TakeForm, refusal_on
from payments.models import Drawer

KEYS = {"cash": "c", "cheque": "q", "terminal": "t", "account": "d", "other": "o", "credit": "r"}
"""The keys of ways of paying."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of paying, and the key that chooses it."""

    value: str
    label: str
    key: str


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def home(request: HttpRequest) -> HttpResponse:
    """Find a payer with everything owed; on a post, take the money for what is ticked."""
    found = found_by(request)
    drawer = drawer_of(request)
    credit = queries.credit_of(found.customer.pk) if found.customer else None
    form = TakeForm(
        _sent(request), charges=found.charges, has_credit=bool(credit), initial={"once": uuid4()}
    )
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
        "text": _text(request),
        "found": found,
        "form": form,
        "ticked": _ticked(request, found),
        "total": pages.total_of(found.charges),
        "drawer": drawer_pages.drawer(drawer) if drawer else None,
        "credit": credit,
        "pay_link": _pay_link(request, found),
        "ways": _ways(form),
        "likely": likely_given(pages.total_of(found.charges)),
        "last": queries.last_receipt_in(drawer) if drawer else "",
        "is_paying": bool(found.charges),
        "focus": _focus(found),
        "notes": [one.minor for one in denominations(place.currency())],
        "decimals": decimals(place.currency()),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/counter.html", context, status=status)


@may(Permission.PAYMENT_TAKE)
@require_safe
@refusals_shown
def taken(request: HttpRequest, number: str) -> HttpResponse:
    """Show the change to give, and the receipt to print or to send."""
    payment = queries.payment(number)
    receipt = pages.receipt(payment.public_id)
    context = {
        "receipt": receipt,
        "pieces": change_in(receipt.change),
        "email": payment.email or (payment.customer.email if payment.customer else ""),
        "pdf_url": links.receipt_pdf_path(payment),
    }
    return page(request, "payments/office/taken.html", context)


@may(Permission.PAYMENT_TAKE)
@require_POST
@refusals_shown
def mail_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Send the receipt of a payment to an e-mail address."""
    form = MailForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        operations.mail_receipt(number, email=email, by=actor(request), at=timezone.now())
        messages.success(request, f"The receipt goes to {email}.")
    else:
        messages.error(request, "Give an e-mail address such as ana@example.edu.")
    return redirect("office_counter:taken", number)


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return the form as sent: a quick amount counts as what was given."""
    if request.method != "POST":
        return None
    told = request.POST.copy()
    if "quick" in told:
        told["given"] = str(told["quick"])
    return told


def _ways(form: TakeForm) -> list[Way]:
    """Return the ways of paying, each with its key."""
    field: Any = form.fields["method"]
    return [Way(value, label, KEYS.get(value, "")) for value, label in field.choices]


def _focus(found: queries.Found) -> str:
    """Return where the next key goes: to the people found, or to who comes next."""
    if found.charges:
        return "given"
    return "people" if found.people else "who"


def found_by(request: HttpRequest) -> queries.Found:
    """Return who and what the address of the request names."""
    now = timezone.now()
    try:
        reference = UUID(request.GET.get("customer", ""))
    except ValueError:
        return queries.find_payer(_text(request), at=now)
    return queries.payer_of(reference, at=now)


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "")


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
        reference=told["reference"] if told["method"] == "terminal" else "",
        payer=told["payer"],
        request_key=f"counter:{told['once']}" if told["once"] else "",
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
