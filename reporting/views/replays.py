"""A draft of the program tried on what happened: asked for, watched, read."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import load
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.files import csv_file
from parkops.ui.pages import actor, page, refusals_shown
from reporting.forms import ReplayForm
from reporting.models import Replay
from reporting.queries import replays
from reporting.replay import operations

PER_PAGE = 50


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def replay_list(request: HttpRequest) -> HttpResponse:
    """List the newest replays, and offer to try the draft."""
    context = {"replays": replays.newest(), **_asking(request, ReplayForm())}
    return page(request, "reporting/office/replays.html", context)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest) -> HttpResponse:
    """Try the open draft on the last months; queue it and go to its page."""
    form = ReplayForm(request.POST or None)
    draft = programme.open_draft()
    if request.method == "POST" and form.is_valid() and draft is not None:
        try:
            asked = operations.ask_replay(
                load.load_document(draft.document),
                months=form.cleaned_data["months"],
                name=f"Draft from version {draft.based_on}, revision {draft.revision}",
                draft=(draft.pk, draft.revision),
                by=actor(request),
                at=timezone.now(),
            )
        except load.Faulty as faulty:
            form.add_error(None, f"The draft is no program yet: {faulty.faults[0].message}.")
        except Refused as refusal:
            form.add_error("months" if refusal.field == "months" else None, str(refusal))
        else:
            return redirect("office_replays:detail", reference=asked.reference)
    context = {"replays": replays.newest(), **_asking(request, form)}
    status = 422 if request.method == "POST" else 200
    return page(request, "reporting/office/replays.html", context, status=status)


def _asking(request: HttpRequest, form: ReplayForm) -> dict[str, Any]:
    may_ask = request.user.may(Permission.PROGRAMME_EDIT)
    return {"form": form, "draft": programme.open_draft() if may_ask else None, "may_ask": may_ask}


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show how far a replay is, by a part that asks again by itself; then what it came to."""
    found = replays.replay(reference)
    moving = replays.is_moving(found)
    context = {
        "replay": found,
        "is_moving": moving,
        "is_over": found.stage == Replay.Stage.OVER,
        "percent": round(found.job.progress_share * 100),
        "may_ask": request.user.may(Permission.PROGRAMME_EDIT),
    }
    if found.stage == Replay.Stage.OVER:
        context |= {"figures": replays.figures(found), "examples": replays.examples(found)}
    response = page(request, "reporting/office/replay.html", context, part="progress")
    if getattr(request, "htmx", None) and not moving:
        response["HX-Refresh"] = "true"  # the figures stand below the part that asked
    return response


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def rows(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """List the records that would differ, those of a kind, a change, a zone, an audience."""
    found = replays.replay(reference)
    asked = {
        name: request.GET.get(name, "").replace("\x00", "")
        for name in ("kind", "change", "zone", "audience")
    }
    shown = Paginator(replays.rows_of(found, **asked), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = replays.shown(shown.object_list, found)
    context = {"replay": found, "page": shown, "told": replays.asked_text(**asked)}
    return page(request, "reporting/office/replay_rows.html", context, part="results")


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def file(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Give the records that would differ as CSV."""
    found = replays.replay(reference)
    return csv_file(f"replay-{found.asked_at:%Y-%m-%d}.csv", replays.file_rows(found))


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def cancel(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Cancel a replay that is not finished."""
    operations.cancel_replay(reference, by=actor(request), at=timezone.now())
    return redirect("office_replays:detail", reference=reference)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def resume(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Go on with a replay that stopped."""
    operations.resume_replay(reference, by=actor(request), at=timezone.now())
    return redirect("office_replays:detail", reference=reference)
