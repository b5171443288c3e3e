"""Chargebacks in the office: which wait, and the answer to the bank."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.values import Tab
from payments.forms_disputes import EvidenceForm
from payments.models import Dispute
from payments.operations import card_account
from payments.operations import disputes as operations
from payments.queries import disputes as reading

PER_PAGE = 25


@may(Permission.PAYMENT_VIEW)
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """List chargebacks, the newest first, or those that wait for our answer."""
    waits = request.GET.get("view") == "waiting"
    rows = reading.waiting() if waits else reading.disputes().order_by("-opened_at", "-pk")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    url = reverse("office_disputes:list")
    tabs = [
        Tab("All", url, current=not waits),
        Tab("To be answered", f"{url}?view=waiting", current=waits),
    ]
    context = {"page": shown, "now": timezone.now(), "tabs": tabs}
    return page(request, "payments/office/disputes.html", context, part="results")


@may(Permission.PAYMENT_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def dispute(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Show a chargeback with what the bank may be told; on a post, tell it."""
    found = reading.dispute(provider_id)
    told = found.evidence or reading.evidence_for(found)
    form = EvidenceForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            operations.answer_dispute(
                provider_id, evidence=form.cleaned_data, by=actor(request), at=timezone.now()
            )
            messages.success(request, "The bank has the evidence. It decides within weeks.")
            return redirect("office_disputes:detail", provider_id)
    context = {
        "dispute": found,
        "form": form,
        "told": [
            (form.fields[name].label, text)
            for name, text in told.items()
            if text and name in form.fields
        ],
        "is_open": found.status == Dispute.Status.NEEDS_RESPONSE and found.answered_at is None,
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/dispute.html", context, status=status)


@may(Permission.STAFF_MANAGE)
@require_POST
@refusals_shown
def take_cards_again(request: HttpRequest) -> HttpResponse:
    """Take cards again once the provider lets us act for the account."""
    card_account.take_cards_again(by=actor(request), at=timezone.now())
    messages.success(request, "Cards are taken again.")
    return redirect("office_payments:list")
