"""One act for many permits: chosen from the list or for renewal, checked, confirmed, followed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.dates import midnight
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse
from parkops.ui.values import Tab
from permits import operations
from permits.forms import BulkForm, RenewalsForm
from permits.models import BulkRow, Permit
from permits.queries import bulk, listing, office
from permits.views.office.showing import filters_of
from permits.views.posted import posted

PER_PAGE = 50
asks = require_http_methods(["GET", "HEAD", "POST"])


@may(Permission.PERMIT_BULK)
@asks
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Ask what to do with the chosen permits and why, and have each checked."""
    now = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    chosen, scope = _chosen(asked, now)
    form = BulkForm(posted(request), initial={"act": asked.get("act", "")})
    if request.method == "POST" and form.is_valid():
        try:
            run = operations.ask_bulk(
                form.cleaned_data["act"],
                permit_ids=chosen,
                reason=form.cleaned_data["reason"],
                parameters=_parameters(form.cleaned_data, now),
                scope=scope,
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("office_permits:bulk_run", reference=run.reference)
    kept = [
        (key, value)
        for key in ("row", "all", "q", "type", "status", "view")
        for value in asked.getlist(key)
    ]
    context = {"form": form, "count": len(chosen), "scope": scope, "kept": kept}
    status = 422 if form.errors else 200
    return page(request, "permits/office/bulk_new.html", context, status=status)


@may(Permission.PERMIT_BULK)
@asks
@refusals_shown
def renewals(request: HttpRequest) -> HttpResponse:
    """Ask which kind of permit to renew, of those that end when; have each checked."""
    now = timezone.now()
    form = RenewalsForm(posted(request), kinds=office.kinds(at=now))
    if request.method == "POST" and form.is_valid():
        zone = programme.in_force(now).programme.tz
        said = form.cleaned_data
        ids = bulk.renewable(
            type_code=said["type"],
            begins=midnight(said["from_on"], zone),
            ends=midnight(said["to_on"] + timedelta(days=1), zone),
            at=now,
        )
        if ids:
            run = operations.ask_bulk(
                "renew",
                permit_ids=ids,
                reason=f"Renewal of {said['type']} ending {said['from_on']} to {said['to_on']}.",
                scope=f"{said['type']}, ending {said['from_on']} to {said['to_on']}",
                by=actor(request),
                at=now,
            )
            return redirect("office_permits:bulk_run", reference=run.reference)
        form.add_error(None, "No permit of this kind in force ends on these days.")
    context = {"form": form, "runs": bulk.recent_runs()}
    status = 422 if form.errors else 200
    return page(request, "permits/office/renewals.html", context, status=status)


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def run(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show how far a run is, what would be or was done to each permit, and why not."""
    shown = bulk.run_page(reference)
    state = request.GET.get("state", "")
    rows = Paginator(bulk.rows_of_run(shown.run, state=state), PER_PAGE)
    context = {
        "shown": shown,
        "run": shown.run,
        "page": rows.get_page(request.GET.get("page")),
        "tones": bulk.TONES,
        "tabs": [
            Tab("All", "?", shown.run.rows_total, not state),
            *(
                Tab(label, f"?state={value}", shown.counts[value], state == value)
                for value, label in BulkRow.State.choices
                if shown.counts[value]
            ),
        ],
        "may_confirm": request.user.may(Permission.PERMIT_BULK),
    }
    return page(request, "permits/office/bulk_run.html", context, part="progress")


@may(Permission.PERMIT_BULK)
@require_POST
@refusals_shown
def answer(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Say yes or no to a run that was checked, or try its failed rows again."""
    acts = {
        "confirm": operations.confirm_bulk,
        "drop": operations.drop_bulk,
        "retry": operations.retry_bulk,
    }
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None:
        raise Refused("act", "Choose what to do.")
    chosen(reference, by=actor(request), at=timezone.now())
    return redirect("office_permits:bulk_run", reference=reference)


@may(Permission.PERMIT_VIEW)
@require_safe
def deposits(request: HttpRequest) -> HttpResponse:
    """List the deposits held, those of permits that are over first."""
    shown = Paginator(bulk.deposits_held(), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = bulk.deposit_rows(list(shown.object_list))
    return page(request, "permits/office/deposits.html", {"page": shown}, part="results")


def _chosen(asked: QueryDict, now: datetime) -> tuple[list[int], str]:
    """Return the ids of the chosen permits: the ticked ones, or all that the list's filter shows."""
    if asked.get("all"):
        filters, _ = filters_of(asked, at=now)
        found = listing.matching(filters, at=now).order_by("pk")
        words = [filters.text, filters.type_code, filters.status or "", filters.view]
        return list(found.values_list("pk", flat=True)), "All matching: " + ", ".join(
            str(word) for word in words if word
        )
    numbers = asked.getlist("row")[:1_000]
    rows = Permit.objects.filter(number__in=numbers).order_by("pk").values_list("pk", flat=True)
    return list(rows), "Chosen one by one"


def _parameters(said: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return what the act needs beside the reason, as JSON."""
    zone = programme.in_force(now).programme.tz
    last = said["until_on"]
    after = midnight(last + timedelta(days=1), zone).isoformat() if last else None
    return {
        "suspend": {"until": after},
        "extend": {"ends_at": after},
        "message": {"subject": said["subject"], "words": said["words"]},
        "revoke": {"appeal_note": said["appeal_note"]},
    }.get(said["act"], {})
