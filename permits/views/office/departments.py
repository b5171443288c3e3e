"""Departments that pay for visitors: opened and closed by the office, with what they used."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from parkops.customers.models import Customer
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms_validations import DepartmentForm
from permits.models import Department
from permits.queries import stay_pages, validations
from permits.queries.told import events_shown
from permits.views.posted import posted
from permits.views.uses import uses_file

PER_PAGE = 25


@may(Permission.PERMIT_VIEW)
@require_safe
def department_list(request: HttpRequest) -> HttpResponse:
    """List departments with what they used of their quota."""
    rows = validations.departments(at=timezone.now())
    return page(request, "permits/office/departments.html", {"rows": rows})


@may(Permission.PERMIT_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Open a department."""
    now = timezone.now()
    places = stay_pages.paid_zones(at=now)
    form = DepartmentForm(
        posted(request),
        zone_choices=[(p.zone.code, f"{p.zone.code}, {p.zone.name}") for p in places],
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        payer = Customer.objects.filter(email__iexact=asked["payer"]).first()
        quota = asked["quota"]
        if quota and asked["unit"] == Department.Unit.MONEY:
            quota = Money.parse(str(quota), programme.in_force(now).programme.currency).minor
        try:
            made = operations.open_department(
                name=asked["name"],
                customer_id=payer.pk if payer else 0,
                zones=asked["zones"],
                validators=asked["validators"],
                unit=asked["unit"],
                per=asked["per"],
                quota=quota,
                longest_minutes=asked["longest"] * 60,
                billing=asked["billing"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("office_departments:detail", reference=made.reference)
    status = 422 if form.errors else 200
    return page(request, "permits/office/department_new.html", {"form": form}, status=status)


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a department: its quota, codes, uses and what happened."""
    now = timezone.now()
    one = validations.department(str(reference))
    shown = Paginator(validations.uses_of(one), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = validations.with_money(list(shown.object_list), at=now)
    context = {
        "row": validations.row(one, programme.in_force(now).programme, at=now),
        "codes": validations.codes_of(one),
        "page": shown,
        "events": events_shown("department", str(one.reference)),
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
        "now": now,
    }
    return page(request, "permits/office/department.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_GET
@refusals_shown
def uses(request: HttpRequest, reference: UUID) -> StreamingHttpResponse:
    """Give what a department used as a file; who took it is recorded."""
    one = validations.department(str(reference))
    return uses_file(request, one, at=timezone.now())


@may(Permission.PERMIT_CHANGE)
@require_POST
@refusals_shown
def close(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Close a department."""
    closed = operations.close_department(str(reference), by=actor(request), at=timezone.now())
    messages.success(request, f"{closed.name} validates no more. Stays that run go on.")
    return redirect("office_departments:detail", reference=closed.reference)
