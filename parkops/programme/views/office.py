"""The programme in the office: what is in force, a new version, events on and off."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import load, operations, queries
from parkops.programme.forms import EventForm
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown


@may(Permission.PROGRAMME_VIEW)
@require_safe
@refusals_shown
def show(request: HttpRequest) -> HttpResponse:
    """Show the version in force: zones, permit types, violations, events, versions."""
    now = timezone.now()
    version = queries.in_force(now)
    context = {
        "version": version,
        "summary": queries.summary(version, at=now),
        "declarations": queries.declarations(at=now),
        "history": queries.history(),
        "draft": queries.open_draft(),
        "form": EventForm(events=version.programme.events),
        "now": now,
    }
    return page(request, "programme/office/show.html", context)


@may(Permission.PROGRAMME_VIEW)
@require_safe
@refusals_shown
def file(request: HttpRequest, number: int) -> HttpResponse:
    """Give a version as the YAML file that `programme apply` takes back."""
    queries.version(number)
    response = HttpResponse(
        load.to_yaml(queries.document(number)), content_type="text/yaml; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="program-{number}.yaml"'
    return response


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def declare(request: HttpRequest) -> HttpResponse:
    """Switch an event on."""
    now = timezone.now()
    form = EventForm(request.POST, events=queries.in_force(now).programme.events)
    if form.is_valid():
        hours = form.cleaned_data["hours"]
        row = operations.declare_event(
            form.cleaned_data["code"],
            begins_at=now,
            ends_at=now + timedelta(hours=hours) if hours else None,
            by=actor(request),
            at=now,
        )
        messages.success(request, f"{row.event_code} is on.")
    else:
        messages.error(request, "Choose an event, and a whole number of hours or none.")
    return redirect("office_programme:show")


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def end(request: HttpRequest, declaration: int) -> HttpResponse:
    """Switch an event off."""
    operations.end_event(declaration, by=actor(request), at=timezone.now())
    messages.success(request, "The event is off.")
    return redirect("office_programme:show")
