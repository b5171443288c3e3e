"""A refund of a charge in the office: first by which payments it would go back, then that it does."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import operations, queries, refund_pages
from payments.forms_refunds import ChargeRefundForm
from payments.models import Charge, Refund
from payments.refund_pages import Preview
from payments.views.office import drawer_for


@may(Permission.PAYMENT_REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def refund(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Ask how much and why, show by which payments it would go back, and give it back."""
    charge = queries.charge_by_id(charge_id)
    asked = request.POST if request.method == "POST" else request.GET
    form = ChargeRefundForm(asked if "amount" in asked else None)
    shown = None
    if form.is_valid():
        with refused_on(form):
            shown = refund_pages.preview(charge, form.cleaned_data["amount"])
            shown.plan.decision.require()
            if request.method == "POST":
                made = _given_back(request, charge, form, shown)
                messages.success(request, _told(made))
                return redirect("office_charges:detail", charge_id)
    context = {
        "charge": charge,
        "form": form,
        "shown": None if form.errors else shown,
        "refundable": refund_pages.refundable(charge),
    }
    status = 422 if form.errors else 200
    return page(request, "payments/office/charge_refund.html", context, status=status)


def _given_back(
    request: HttpRequest, charge: Charge, form: ChargeRefundForm, shown: Preview
) -> list[Refund]:
    drawers = [drawer_for(request, line.payment) for line in shown.lines]
    return operations.refund_of_charge(
        charge.public_id,
        amount=form.cleaned_data["amount"],
        reason=form.cleaned_data["reason"],
        seen=form.cleaned_data["seen"],
        drawer=next(filter(None, drawers), None),
        by=actor(request),
        at=timezone.now(),
    )


def _told(made: list[Refund]) -> str:
    numbers = ", ".join(one.number for one in made)
    if any(one.state == Refund.State.PROPOSED for one in made):
        return f"Asked for: {numbers}. Somebody else accepts them together."
    return f"Given back: {numbers}."
