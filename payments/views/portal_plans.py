"""Where a customer asks for a payment plan, sees how it stands, and pays it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import gateways, links, operations, pages, place, plan_pages, queries
from payments.gateways.base import GatewayUnavailable
from payments.models import PaymentPlan
from payments.operations import plan_cards
from payments.operations import plans as planned
from payments.operations.plans import Paper
from payments.queries import plans as planning
from payments.queries.plans import PlanNow


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a plan: what goes in, which plan, how many parts; its days stand there before it begins."""
    now = timezone.now()
    customer = _customer(request)
    rows = queries.open_charges(customer_id=customer.pk, at=now)
    data = request.POST if request.method == "POST" else None
    shown = plan_pages.ask_page(customer, rows, data, request.FILES, at=now)
    form = shown.form
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        sent = [Paper("", file.name or "", file.read())] if file else []
        with refused_on(form):
            plan = planned.ask_plan(
                customer=customer,
                scheme=form.cleaned_data["plan"],
                charge_ids=[UUID(one) for one in form.cleaned_data["charge"]],
                count=form.cleaned_data["instalments"],
                documents=sent,
                by=actor(request),
                at=now,
            )
            return redirect("portal_plans:plan", plan.public_id)
    context = {"shown": shown, "form": form}
    return page(
        request, "payments/portal/ask_plan.html", context, status=422 if form.errors else 200
    )


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a plan with its days; pay the next part, let a card pay it or stop that, go on with it."""
    at = timezone.now()
    found = planning.plan_of(_customer(request).pk, public_id)
    if request.method == "POST":
        return _act(request, found)
    try:
        plan_cards.finish_agreeing(found, at=at)
    except GatewayUnavailable:
        messages.info(request, gettext("Your card is being saved. Look again in a minute."))
    now = planning.standing(found, at=at)
    rows = planning.rows_of(now, at=at)
    context = {
        "now": now,
        "plan": found,
        "state": plan_pages.WORDS[PaymentPlan.State(found.state)],
        "tone": plan_pages.TONES[PaymentPlan.State(found.state)],
        "parts": plan_pages.dated_parts(now),
        "rows": [(row, pages.subject_url(row.kind, row.reference)) for row in rows],
        "total": place.money(found.total_minor),
        "words": plan_cards.words(found),
        "takes_cards": gateways.takes_cards(request.tenant),
        "may_pay": bool(now.owing) and (now.is_running or found.state == "defaulted"),
        "has_card": found.card is not None and found.card.state == "saved",
    }
    return page(request, "payments/portal/plan.html", context)


def _act(request: HttpRequest, found: PaymentPlan) -> HttpResponse:
    at, by = timezone.now(), actor(request)
    here = reverse("portal_plans:plan", args=[found.public_id])
    act = request.POST.get("act", "")
    if act == "pay":
        return redirect(_pay(request, planning.standing(found, at=at), here))
    if act == "card":
        return redirect(plan_cards.agree(found, by=by, at=at).redirect_url)
    if act == "stop":
        plan_cards.stop(found, by=by, at=at)
        messages.success(request, gettext("No card pays this plan by itself any more."))
    elif act == "go_on":
        planned.go_on_with_plan(found.number, by=by, at=at)
        messages.success(request, gettext("Your plan goes on."))
    return redirect(here)


def _pay(request: HttpRequest, now: PlanNow, here: str) -> str:
    """Return the card page where what is due next is paid; all of it, if asked for."""
    is_all = request.POST.get("all") == "1" or not now.is_running and not now.late.minor
    ids = [one.charge.public_id for one in now.owing]
    if is_all:
        return links.pay_path(ids, return_path=here)
    payment = operations.start_card_payment(
        charge_ids=ids,
        return_path=here,
        email=now.plan.customer.email,
        amount=now.now,
        by=actor(request),
        at=timezone.now(),
    )
    return payment.redirect_url


def _customer(request: HttpRequest) -> Customer:
    return customers.customer_for_user(request.user, at=timezone.now())
