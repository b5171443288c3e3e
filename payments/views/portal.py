"""Where customers and guests pay: by a signed link, or signed in for what is theirs."""

from collections.abc import Callable
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from parkops.api import limits
from parkops.customers import operations as customers
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from parkops.tenancy.signing import BadSignature
from parkops.ui import pdf
from parkops.ui.access import customer_only, public
from parkops.ui.pages import actor, page, refusals_shown
from payments import gateways, links, operations, pages, queries
from payments.forms import PayForm, refusal_on
from payments.gateways.base import GatewayUnavailable
from payments.models import Payment
from payments.queries import plans

PLAIN_REFUSALS = {"Your card was declined.", "The card was declined."}
STARTS = 30
"""How many checkouts may be started in a minute from one address."""
STILL_OPEN = (Payment.State.CREATED, Payment.State.OPEN)


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def owed(request: HttpRequest) -> HttpResponse:
    """Show a customer what is theirs to pay; what they tick leads to the page where they pay it."""
    now = timezone.now()
    customer = customers.customer_for_user(request.user, at=now)
    owed_now = queries.open_charges(customer_id=customer.pk, at=now)
    rows = [row for row in owed_now if not row.planned]
    ticked = [row.id for row in rows if str(row.id) in request.POST.getlist("charge")]
    if request.method == "POST" and ticked:
        return redirect(links.pay_path(ticked, return_path=reverse("portal_payments:owed")))
    context = {
        "rows": rows,
        "total": pages.total_of(rows),
        "plans": plans.plans_of(customer.pk, at=now),
        "has_plans": bool(programme.in_force(now).programme.plans),
        "nothing_ticked": request.method == "POST",
        "receipts": pages.receipt_links(queries.latest_of(customer.pk)),
    }
    return page(request, "payments/portal/owed.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Show the charges that a link was made for; on a post, go to the card provider's page."""
    charge_ids, return_path = _read(links.read_pay_token, token)
    now = timezone.now()
    rows = queries.charges_by_id(charge_ids, at=now)
    open_rows = [row for row in rows if not row.is_settled]
    form = PayForm(request.POST or None, initial={"email": _email(request, charge_ids)})
    if request.method == "POST" and not limits.allow(_limit(request), per_minute=STARTS):
        form.add_error(None, "Too many tries from your network. Wait a minute.")
    if request.method == "POST" and form.is_valid():
        try:
            payment = _starter(request)(
                charge_ids=charge_ids,
                return_path=_local(request, return_path),
                email=form.cleaned_data["email"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refusal_on(form, refusal)
        else:
            return redirect(payment.redirect_url)
    context = {
        "form": form,
        "rows": rows,
        "open_rows": open_rows,
        "total": pages.total_of(open_rows),
        "reasons": pages.reasons_of(open_rows),
        "takes_cards": gateways.takes_cards(request.tenant),
        "may_transfer": bool(open_rows) and bool(queries.may_transfer(charge_ids, at=now)),
        "receipts": pages.receipt_links(queries.receipts_for(rows)),
    }
    return page(request, "payments/portal/pay.html", context, status=422 if form.errors else 200)


@public
@require_safe
def came_back(request: HttpRequest, token: str) -> HttpResponse:
    """Wait for the truth about a card payment, then lead on: to the receipt, or to what went wrong."""
    payment = _settled(_read(links.read_checkout_token, token))
    if payment.state == Payment.State.SUCCEEDED and payment.refunded_minor < payment.amount_minor:
        return _go(request, payment.return_path or links.receipt_path(payment))
    if payment.state in STILL_OPEN:
        if request.htmx:
            return HttpResponse(status=204)
        if asked := pages.transfer(payment):
            return page(request, "payments/portal/transfer.html", {"asked": asked, "token": token})
        return page(request, "payments/portal/waiting.html", {"payment": payment})
    if request.htmx:
        return _go(request, request.path)
    return page(request, "payments/portal/not_paid.html", _not_paid(payment))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def cancelled(request: HttpRequest, token: str) -> HttpResponse:
    """Say that no money has been taken; pay after all, or on a post give it up."""
    payment = _settled(_read(links.read_checkout_token, token))
    if request.method == "POST":
        try:
            payment = operations.cancel_checkout(payment.pk, at=timezone.now())
        except GatewayUnavailable:
            return page(request, "payments/portal/not_paid.html", _not_paid(payment, stuck=True))
        return redirect(request.path)
    if payment.state == Payment.State.SUCCEEDED:
        return redirect("portal_payments:return", token)
    return page(request, "payments/portal/not_paid.html", _not_paid(payment))


@public
@require_safe
@refusals_shown
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt of a payment to whoever holds its link."""
    shown = pages.receipt(_read(links.read_receipt_token, token))
    return page(request, "payments/portal/receipt.html", {"receipt": shown, "token": token})


@public
@require_safe
@refusals_shown
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Give the receipt as a PDF."""
    shown = pages.receipt(_read(links.read_receipt_token, token))
    paper = pdf.render("payments/pdf/receipt.html", {"tenant": request.tenant, "receipt": shown})
    name = f'inline; filename="receipt-{shown.payment.number}.pdf"'
    return HttpResponse(
        paper, content_type="application/pdf", headers={"Content-Disposition": name}
    )


def _starter(request: HttpRequest) -> Callable[..., Payment]:
    """Return the operation of the way of paying that was chosen."""
    if request.POST.get("way") == Payment.Method.BANK:
        return operations.start_transfer
    return operations.start_card_payment


def _read(reader, token: str):
    try:
        return reader(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise Http404("This link was not made here.") from error


def _settled(public_id: UUID) -> Payment:
    """Return the payment with the truth of now; if the provider is silent, as we know it."""
    payment = Payment.objects.filter(public_id=public_id).first()
    if payment is None:
        raise Http404("There is no such payment.")
    if not limits.allow(f"{connection.schema_name}:settle:{payment.pk}", per_second=10):
        return payment
    try:
        return operations.settle_checkout(payment.pk, at=timezone.now())
    except GatewayUnavailable:
        return payment


def _not_paid(payment: Payment, *, stuck: bool = False) -> dict[str, object]:
    charge_ids = [
        part.charge.public_id
        for part in payment.allocations.select_related("charge").order_by("pk")
    ]
    is_open = payment.state in STILL_OPEN
    return {
        "payment": payment,
        "is_open": is_open,
        "again_url": payment.redirect_url
        if is_open and payment.redirect_url
        else links.pay_path(charge_ids, return_path=payment.return_path),
        "is_declined": bool(payment.failure),
        "detail": "" if payment.failure in PLAIN_REFUSALS else payment.failure,
        "stuck": stuck,
    }


def _go(request: HttpRequest, path: str) -> HttpResponse:
    """Lead to a path of this site, also from a poll."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": path})
    return redirect(path)


def _local(request: HttpRequest, path: str) -> str:
    """Return `path` if it leads to a page of this site."""
    is_here = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_here else ""


def _limit(request: HttpRequest) -> str:
    return f"{request.tenant.schema_name}:checkout:{limits.address(request)}"


def _email(request: HttpRequest, charge_ids: list[UUID]) -> str:
    """Return the address that a signed-in person's receipt goes to; a guest's is asked for."""
    return getattr(request.user, "email", "") if request.user.is_authenticated else ""
