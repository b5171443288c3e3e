"""Payment plans in the office: the list, one plan, what is decided about it, a new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.customers import papers
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from parkops.ui.values import Tab
from payments import pages, place, plan_pages, queries
from payments.forms_plans import ReasonForm
from payments.models import PaymentPlan
from payments.operations import plans as operations
from payments.queries import plans as planning

PER_PAGE = 25
State = PaymentPlan.State
VIEWS = (
    ("", "All"),
    (State.ASKED, "To be decided"),
    (State.RUNNING, "Running"),
    (State.DEFAULTED, "Ended unpaid"),
    (State.COMPLETED, "Paid"),
)


@may(Permission.PAYMENT_VIEW)
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """List payment plans, the newest first."""
    state = request.GET.get("state", "")
    rows = planning.plans()
    if state in State.values:
        rows = rows.filter(state=state)
    shown: Page[Any] = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = plan_pages.plan_lines(list(shown.object_list), at=timezone.now())
    url = reverse("office_plans:list")
    waiting = planning.plans().filter(state=State.ASKED).count()
    tabs = [
        Tab(
            label,
            f"{url}?state={value}" if value else url,
            waiting if value == State.ASKED else None,
            current=value == state,
        )
        for value, label in VIEWS
    ]
    return page(
        request, "payments/office/plans.html", {"page": shown, "tabs": tabs}, part="results"
    )


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a plan: its parts, its charges, what was sent with it, and what may be decided."""
    return page(request, "payments/office/plan.html", _context(request, number))


@may(Permission.PAYMENT_VIEW)
@require_safe
@refusals_shown
def document(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a file that came with a plan."""
    found = planning.document(planning.plan(number), reference)
    return papers.given(found.file, form=found.form, name=str(found.reference))


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Make a plan for a customer, over what they owe."""
    now = timezone.now()
    found = queries.payer_of(_reference(request.GET.get("customer", "")), at=now)
    customer = found.customer
    if customer is None:
        raise Http404("There is no such customer.")
    data = request.POST if request.method == "POST" else None
    shown = plan_pages.ask_page(customer, found.charges, data, by_office=True, at=now)
    form = shown.form
    if form.is_bound and form.is_valid():
        with refused_on(form):
            plan = operations.ask_plan(
                customer=customer,
                scheme=form.cleaned_data["plan"],
                charge_ids=[UUID(one) for one in form.cleaned_data["charge"]],
                count=form.cleaned_data["instalments"],
                by=actor(request),
                at=now,
            )
            messages.success(request, f"Plan {plan.number} runs.")
            return redirect("office_plans:detail", plan.number)
    context = {"shown": shown, "form": form, "customer": customer}
    status = 422 if form.errors else 200
    return page(request, "payments/office/new_plan.html", context, status=status)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Let a plan begin that was asked for."""
    plan = operations.approve_plan(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Plan {plan.number} runs. {plan.customer} is told.")
    return redirect("office_plans:detail", number)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def decline(request: HttpRequest, number: str) -> HttpResponse:
    """Decline a plan that was asked for."""
    reason = request.POST.get("reason", "")
    plan = operations.decline_plan(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Plan {plan.number} is declined. {plan.customer} is told why.")
    return redirect("office_plans:detail", number)


@may(Permission.PAYMENT_TAKE)
@require_POST
@refusals_shown
def put_off(request: HttpRequest, number: str) -> HttpResponse:
    """Put the dates of a plan off."""
    operations.put_off_plan(number, by=actor(request), at=timezone.now())
    messages.success(request, f"The dates of plan {number} are put off.")
    return redirect("office_plans:detail", number)


@may(Permission.PAYMENT_REFUND)
@require_POST
@refusals_shown
def end(request: HttpRequest, number: str) -> HttpResponse:
    """End a running plan."""
    reason = request.POST.get("reason", "")
    operations.end_plan(number, reason=reason, by=actor(request), at=timezone.now())
    messages.success(request, f"Plan {number} has ended: its charges are owed at once.")
    return redirect("office_plans:detail", number)


@may(Permission.PAYMENT_TAKE)
@require_POST
@refusals_shown
def go_on(request: HttpRequest, number: str) -> HttpResponse:
    """Let a plan go on that ended unpaid."""
    operations.go_on_with_plan(number, by=actor(request), at=timezone.now())
    messages.success(request, f"Plan {number} goes on.")
    return redirect("office_plans:detail", number)


def _context(request: HttpRequest, number: str) -> dict[str, object]:
    at = timezone.now()
    now = planning.standing(planning.plan(number), at=at)
    may_take = request.user.may(Permission.PAYMENT_TAKE)
    may_decide = request.user.may(Permission.PAYMENT_REFUND)
    rows = planning.rows_of(now, at=at)
    return {
        "now": now,
        "plan": now.plan,
        "tone": plan_pages.TONES[State(now.plan.state)],
        "parts": plan_pages.dated_parts(now),
        "rows": [(row, pages.subject_url(row.kind, row.reference)) for row in rows],
        "documents": planning.documents_of(now.plan),
        "total": place.money(now.plan.total_minor),
        "waived": place.money(now.plan.waived_minor),
        "may_decide": may_decide and now.plan.state == State.ASKED,
        "may_put_off": may_take and now.may_put_off,
        "may_end": may_decide and now.is_running,
        "may_go_on": may_take and now.may_go_on,
        "why_not": "" if now.plan.state != State.DEFAULTED else now.may_go_on.reason,
        "decline_form": ReasonForm(auto_id="decline_%s"),
        "end_form": ReasonForm(auto_id="end_%s"),
        "may_take": may_take,
        "counter_url": f"{reverse('office_counter:home')}?customer={now.plan.customer.reference}",
    }


def _reference(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("There is no such customer.") from error
