"""Visitor events in the office: made, passes given by list or as codes on a sheet, withdrawn."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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

from parkops.kernel.dates import local_date, local_instant
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.tenancy import hosts
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.files import csv_stream
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms_events import EventPassesForm, VisitorEventForm
from permits.queries import validations, visitor_events, visitor_files
from permits.queries.told import events_shown
from permits.rules.event_lists import read_visitors
from permits.views.posted import posted

PER_PAGE = 25
ON_A_SHEET = 200


@may(Permission.PERMIT_VIEW)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """List events, the latest first."""
    shown = Paginator(visitor_events.events(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "now": timezone.now()}
    return page(request, "permits/office/visitor_events.html", context, part="results")


@may(Permission.PERMIT_SELL)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Make an event."""
    now = timezone.now()
    rules = programme.in_force(now).programme
    payers = [row.department for row in validations.departments(at=now)]
    form = VisitorEventForm(
        posted(request),
        departments=[(str(one.reference), one.name) for one in payers if one.closed_at is None],
        zones=[(zone.code, f"{zone.code}, {zone.name}") for zone in rules.zones],
        initial={"day": local_date(now, rules.tz), "from_time": "08:00", "until_time": "18:00"},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        begins, ends = (
            asked[name].hour * 60 + asked[name].minute for name in ("from_time", "until_time")
        )
        days = 1 if ends <= begins else 0
        try:
            price = Money.parse(str(asked["price"]), rules.currency)
            made = operations.make_event(
                name=asked["name"],
                department=asked["department"],
                zone_code=asked["zone"],
                starts_at=local_instant(asked["day"], begins, rules.tz),
                ends_at=local_instant(asked["day"] + timedelta(days=days), ends, rules.tz),
                price_minor=price.minor,
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        except ValueError as error:
            form.add_error("price", f"{error}.")
        else:
            return redirect("office_events:detail", reference=made.reference)
    status = 422 if form.errors else 200
    context = {"form": form, "has_payers": any(one.closed_at is None for one in payers)}
    return page(request, "permits/office/visitor_event_new.html", context, status=status)


@may(Permission.PERMIT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show an event with its passes; on a post give more."""
    now = timezone.now()
    event = visitor_events.event(str(reference))
    may_change = request.user.may(Permission.PERMIT_SELL)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = EventPassesForm(posted(request) if may_change else None)
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        read = read_visitors(form.cleaned_data["visitors"])
        faults = read.faults
        if not faults:
            try:
                made = operations.add_passes(
                    str(event.reference),
                    visitors=read.visitors,
                    codes=form.cleaned_data["codes"] or 0,
                    by=actor(request),
                    at=now,
                )
            except Refused as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, f"{len(made)} passes are given.")
                return redirect("office_events:detail", reference=event.reference)
    found = visitor_events.passes_of(event)
    context = {
        "event": event,
        "form": form,
        "faults": faults[:20],
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "charged": visitor_events.charged(event),
        "price": programme.in_force(now).programme.money(event.price_minor),
        "is_over": visitor_events.is_over(event, at=now),
        "events": events_shown("visitor_event", str(event.reference)),
        "may_change": may_change,
    }
    status = 422 if form.errors or faults else 200
    return page(
        request, "permits/office/visitor_event.html", context, part="results", status=status
    )


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def sheet(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give the passes that nobody has taken as a sheet to cut: a QR code and a code for each."""
    event = visitor_events.event(str(reference))
    site = hosts.current_site_url()
    rows = visitor_events.open_passes(event, limit=ON_A_SHEET)
    context = {
        "tenant": request.tenant,
        "at": timezone.now(),
        "event": event,
        "rows": [(row, f"{site}{visitor_events.pass_path(row)}") for row in rows],
    }
    return HttpResponse(
        pdf.render("permits/pdf/event_sheet.html", context),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="passes-{event.reference}.pdf"'},
    )


@may(Permission.PERMIT_VIEW)
@require_GET
@refusals_shown
def export(request: HttpRequest, reference: UUID) -> StreamingHttpResponse:
    """Give an event's passes as a file; who took it is recorded."""
    now = timezone.now()
    event = visitor_events.event(str(reference))
    count = visitor_events.passes_of(event).count()
    operations.record_export(
        "visitor_event", str(event.reference), rows=count, by=actor(request), at=now
    )
    lines = visitor_files.passes(event, at=now)
    return csv_stream("passes.csv", lines, tenant=request.tenant)


@may(Permission.PERMIT_SELL)
@require_POST
@refusals_shown
def revoke(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Withdraw a pass of an event."""
    event = visitor_events.event(str(reference))
    code = request.POST.get("code", "")
    if not event.passes.filter(code=code).exists():
        raise NotFound("There is no such pass.")
    operations.revoke_event_pass(code, by=actor(request), at=timezone.now())
    messages.success(request, "The pass is withdrawn.")
    return redirect("office_events:detail", reference=event.reference)
