"""Departments validate visitors' parking: a plate at once, codes to hand out, what was used."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.customers import operations as customers
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from parkops.tenancy import hosts
from parkops.ui.access import customer_only
from parkops.ui.pages import act_of, actor, page, refusals_shown, refuse
from parkops.ui.speech import said
from permits import operations
from permits.forms_validations import CodeMakeForm, ValidateForm
from permits.models import Department
from permits.queries import stay_pages, validations
from permits.rules.plates import read_plates
from permits.views.posted import posted
from permits.views.uses import uses_file

PER_PAGE = 25
asks = require_http_methods(["GET", "HEAD", "POST"])


@customer_only
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """List the departments that this person may validate for."""
    rows = _mine(request, timezone.now())
    if len(rows) == 1:
        return redirect("portal_validate:department", reference=rows[0].reference)
    return page(request, "permits/portal/validate_list.html", {"rows": rows})


@customer_only
@asks
@refusals_shown
def department(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Validate a visitor's plate; show what was used of the quota, and by whom."""
    now = timezone.now()
    one = _own(request, reference, now)
    rules = programme.in_force(now).programme
    places = [p for p in stay_pages.paid_zones(at=now) if rules.covers(one.zones, p.zone.code)]
    form = ValidateForm(
        posted(request),
        zones=[(p.zone.code, f"{p.zone.code}, {p.zone.name}") for p in places],
        longest=one.longest_minutes,
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            stay = operations.validate_plate(
                str(one.reference),
                plate=read_plates([(asked["plate"], asked["region"])])[0],
                zone_code=asked["zone"],
                minutes=asked["hours"] * 60,
                comment=asked["comment"],
                email=asked["email"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            ends = stay.ends_at.astimezone(rules.tz)
            text = say(
                "{plate} may park until {until}.", plate=stay.plate_text, until=f"{ends:%H:%M}"
            )
            messages.success(request, said(text))
            return redirect("portal_validate:department", reference=one.reference)
    shown = Paginator(validations.uses_of(one), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = validations.with_money(list(shown.object_list), at=now)
    context = {
        "row": validations.row(one, rules, at=now),
        "form": form,
        "has_zones": bool(places),
        "page": shown,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/validate.html", context, status=status)


@customer_only
@require_safe
@refusals_shown
def uses(request: HttpRequest, reference: UUID) -> StreamingHttpResponse:
    """Give what a department used as a file; who took it is recorded."""
    now = timezone.now()
    return uses_file(request, _own(request, reference, now), at=now)


@customer_only
@asks
@refusals_shown
def codes(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show a department's codes, make one, or withdraw one."""
    now = timezone.now()
    one = _own(request, reference, now)
    act, name = act_of(request)
    if act == "revoke":
        code = next((c for c in validations.codes_of(one) if str(c.reference) == name), None)
        if code is None:
            raise NotFound("There is no such code.")
        operations.revoke_code(name, by=actor(request), at=now)
        messages.success(request, said(say("The code {name} is withdrawn.", name=code.name)))
        return redirect("portal_validate:codes", reference=one.reference)
    zone = programme.in_force(now).programme.tz
    today = local_date(now, zone)
    form = CodeMakeForm(
        posted(request),
        initial={"opens_on": today, "closes_on": today + timedelta(days=30)},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            operations.make_code(
                str(one.reference),
                name=asked["name"],
                minutes=asked["hours"] * 60,
                share=asked["share"],
                uses=asked["uses"],
                per_plate=asked["per_plate"],
                opens_at=midnight(asked["opens_on"], zone),
                closes_at=midnight(asked["closes_on"] + timedelta(days=1), zone),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal_validate:codes", reference=one.reference)
    context = {
        "department": one,
        "form": form,
        "codes": validations.codes_of(one),
        "park_url": f"{hosts.current_site_url()}{reverse('portal_park:enter')}",
        "now": now,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/validate_codes.html", context, status=status)


def _mine(request: HttpRequest, now: datetime) -> list[Department]:
    customer = customers.customer_for_user(request.user, at=now)
    return validations.departments_of(email=request.user.email, customer_id=customer.pk)


def _own(request: HttpRequest, reference: UUID, now: datetime) -> Department:
    """Return a department that this person may validate for.

    :raises NotFound: for any other.
    """
    found = next((one for one in _mine(request, now) if one.reference == reference), None)
    if found is None:
        raise NotFound("There is no such department.")
    return found
