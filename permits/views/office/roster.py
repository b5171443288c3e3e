"""Rosters in the office: brought, looked at line by line, applied or dropped."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.files import csv_file
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab
from permits import operations
from permits.forms_roster import ConfirmForm, RosterForm
from permits.models import Roster, RosterRow
from permits.operations.roster import may_apply
from permits.queries import roster as rosters
from permits.queries import roster_results
from permits.views.posted import posted

PER_PAGE = 50


@may(Permission.IMPORT_VIEW)
@require_safe
def roster_list(request: HttpRequest) -> HttpResponse:
    """List rosters, the newest first, and the permits that will end."""
    shown = Paginator(rosters.rosters(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "losses": rosters.losses()[:50],
        "may_bring": request.user.may(Permission.IMPORT_UNDO),
    }
    return page(request, "permits/office/rosters.html", context, part="results")


@may(Permission.IMPORT_UNDO)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a file of people, and keep it to be read."""
    form = RosterForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            brought = operations.bring_roster(
                file.name,
                file.read(),
                is_complete=form.cleaned_data["is_complete"],
                by=actor(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("office_rosters:detail", reference=brought.reference)
    status = 422 if form.errors else 200
    return page(request, "permits/office/roster_new.html", {"form": form}, status=status)


@may(Permission.IMPORT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show what a roster comes to before it is applied, and what became of it after."""
    now = timezone.now()
    found = rosters.roster(reference)
    kind = request.GET.get("kind", "")
    kind = kind if kind in RosterRow.Kind.values else ""
    shown = Paginator(rosters.rows_of(found, kind), PER_PAGE).get_page(request.GET.get("page"))
    waits = found.state == Roster.State.READ
    context = {
        "roster": found,
        "page": shown,
        "tabs": [
            Tab("What changes", "?", None, not kind),
            *(
                Tab(label, f"?kind={value}", found.counts.get(value, 0), kind == value)
                for value, label in RosterRow.Kind.choices
            ),
        ],
        "decision": may_apply(found, confirmed=None, at=now) if waits else None,
        "endings": rosters.endings(found, at=now) if waits else [],
        "form": ConfirmForm(),
        "may_apply": waits and request.user.may(Permission.IMPORT_UNDO),
    }
    return page(request, "permits/office/roster.html", context, part="results")


@may(Permission.IMPORT_UNDO)
@require_POST
@refusals_shown
def application(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Apply a roster; where many lose an audience their number is typed."""
    form = ConfirmForm(request.POST)
    confirmed = form.cleaned_data["confirmed"] if form.is_valid() else None
    operations.apply_roster(reference, confirmed=confirmed, by=actor(request), at=timezone.now())
    messages.success(request, "The roster is being applied.")
    return redirect("office_rosters:detail", reference=reference)


@may(Permission.IMPORT_UNDO)
@require_POST
@refusals_shown
def dropping(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Let a roster come to nothing."""
    operations.drop_roster(reference, by=actor(request), at=timezone.now())
    messages.success(request, "The roster is dropped. Nothing changed.")
    return redirect("office_rosters:detail", reference=reference)


@may(Permission.IMPORT_VIEW)
@require_safe
@refusals_shown
def results(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give what each line of a roster came to, as a file."""
    found = rosters.roster(reference)
    return csv_file(f"roster-{found.pk}.csv", roster_results.rows(found))
