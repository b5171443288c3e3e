"""A charge in the office: what it comes to and why, and what staff may do about it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel import numbers
from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import charge_pages, operations, queries
from payments.forms_adjustments import AdjustForm, AgreeForm, MoveForm
from payments.models import Charge


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Show a charge with its parts, what staff did to it and what paid it."""
    charge = queries.charge_by_id(charge_id)
    return _shown(request, charge, _adjust_form(charge), MoveForm())


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def adjust(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Add to a charge, take off it, or give it up."""
    form = AdjustForm(request.POST)
    if form.is_valid():
        with refused_on(form):
            made = operations.adjust_charge(
                charge_id, **form.cleaned_data, by=actor(request), at=timezone.now()
            )
            is_done = made.state == made.State.DONE
            told = "Done." if is_done else "It waits until somebody else accepts it."
            messages.success(request, told)
            return redirect("office_charges:detail", charge_id)
    return _shown(request, queries.charge_by_id(charge_id), form, MoveForm())


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def move(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Move what a payment paid on a charge to the one that it was for."""
    form = MoveForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data["to"].strip()
        rows = Charge.objects.unsettled().filter(reference=numbers.tidy(typed) or typed)
        with refused_on(form):
            target = rows.order_by("pk").first()
            if target is None:
                raise NotFound("Nothing is owed under this number.")
            moved = operations.move_payment(
                request.POST.get("payment", ""),
                from_charge=charge_id,
                to_charge=target.public_id,
                reason=form.cleaned_data["reason"],
                by=actor(request),
                at=timezone.now(),
            )
            messages.success(request, f"{moved} pays {target.reference} now.")
            return redirect("office_charges:detail", charge_id)
    charge = queries.charge_by_id(charge_id)
    return _shown(request, charge, _adjust_form(charge), form)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def agree(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Keep that the customer of a charge agreed to be charged on an account."""
    charge = queries.charge_by_id(charge_id)
    if charge.customer is None:
        raise NotFound("This charge is of nobody who is known.")
    operations.agree_to_charges(
        charge.customer.pk,
        kind=request.POST.get("kind", ""),
        number=request.POST.get("number", ""),
        by=actor(request),
        at=timezone.now(),
    )
    messages.success(request, "Kept. Their charges can be sent in the next file.")
    return redirect("office_charges:detail", charge_id)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def disagree(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Let the customer of a charge be charged on an account no more."""
    charge = queries.charge_by_id(charge_id)
    wanted = request.POST.get("account", "")
    accounts = queries.charge_accounts_of(charge.customer_id) if charge.customer_id else []
    for account in accounts:
        if str(account.pk) == wanted:
            operations.end_charge_account(account.pk, by=actor(request), at=timezone.now())
            messages.success(request, "They are not charged so any more.")
            return redirect("office_charges:detail", charge_id)
    raise NotFound("There is no such account.")


@may(Permission.PAYMENT_VIEW)
@require_safe
def adjustment_list(request: HttpRequest) -> HttpResponse:
    """List what waits for a second person, the oldest first."""
    rows = queries.adjustments_proposed().order_by("created_at", "pk")[:100]
    by = actor(request)
    context = {
        "rows": [charge_pages.adjustment(one, by=by) for one in rows],
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
    }
    return page(request, "payments/office/adjustments.html", context)


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def accept(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Let an adjustment be done that somebody else asked for."""
    operations.accept_adjustment(adjustment_id, by=actor(request), at=timezone.now())
    messages.success(request, "Accepted and done.")
    return redirect("office_charges:adjustments")


@may(Permission.INVOICE_MANAGE)
@require_POST
@refusals_shown
def reject(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Let an adjustment come to nothing that somebody else asked for."""
    reason = request.POST.get("reason", "")
    operations.reject_adjustment(adjustment_id, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, "Not accepted: the charge stays as it was.")
    return redirect("office_charges:adjustments")


def _adjust_form(charge: Charge) -> AdjustForm:
    return AdjustForm(initial={"seen": charge.postings})


def _shown(
    request: HttpRequest, charge: Charge, adjust_form: AdjustForm, move_form: MoveForm
) -> HttpResponse:
    context = {
        "shown": charge_pages.charge_page(charge, by=actor(request), at=timezone.now()),
        "adjust_form": adjust_form,
        "move_form": move_form,
        "agree_form": AgreeForm(),
        "may_manage": request.user.may(Permission.INVOICE_MANAGE),
        "may_refund": request.user.may(Permission.PAYMENT_REFUND),
    }
    status = 422 if adjust_form.errors or move_form.errors else 200
    return page(request, "payments/office/charge.html", context, status=status)
