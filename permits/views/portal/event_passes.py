"""Where an event's visitor takes the pass that they were given: a plate, and they may park."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parkops.api import limits
from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms import PlateForm
from permits.queries import visitor_events
from permits.rules.guests import code_of
from permits.rules.plates import read_plates
from permits.rules.sessions import span_text
from permits.views.posted import posted

LOOKS_A_MINUTE = 30


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the plate; show the pass once it has one."""
    now = timezone.now()
    limits.require_calm(request, "event-pass", per_minute=LOOKS_A_MINUTE)
    row = visitor_events.event_pass(code_of(code))
    form = PlateForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            operations.take_event_pass(
                row.code,
                plate=read_plates([(asked["plate"], asked["region"])])[0],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal_events:take", code=row.code)
    zone = programme.in_force(row.event.starts_at).programme.tz
    context = {
        "row": row,
        "event": row.event,
        "form": form,
        "span": span_text(row.event.starts_at, row.event.ends_at, zone),
        "is_over": visitor_events.is_over(row.event, at=now),
        "may_change": row.stay is None or now < row.event.starts_at,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/event_pass.html", context, status=status)
