"""The list of permits, and one permit."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET, require_safe

from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.files import csv_stream
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.paging import COUNTED, LongPaginator
from parkops.ui.values import Tab
from payments.queries import plans as planning
from permits import operations
from permits.forms import FilterForm
from permits.queries import carpools, consents, documents, list_file, listing, office, vehicles
from permits.queries import permits as rows
from permits.queries.in_parts import ways_of
from permits.queries.pages import BADGES, permit_page
from permits.queries.told import history_of
from permits.rules.status import Status

PER_PAGE = 25
VIEWS = {
    "current": "In force",
    "ending": "Ends within 30 days",
    "approval": "Waits for approval",
    "held": "Not paid yet",
    "all": "All",
}
ORDERS = {
    "until": ("ends_at", "pk"),
    "-until": ("-ends_at", "-pk"),
    "number": ("pk",),
    "-number": ("-pk",),
}


@may(Permission.PERMIT_VIEW)
@require_safe
def permit_list(request: HttpRequest) -> HttpResponse:
    """List permits: a saved view, narrowed by words, kind and state."""
    now = timezone.now()
    filters, form = filters_of(request.GET, at=now)
    view = filters.view
    found = listing.matching(filters, at=now)
    order = ORDERS.get(request.GET.get("sort", ""), ORDERS["-number"])
    # Not asked for when a part shows none.
    counts: Any = SimpleLazyObject(lambda: listing.counts(at=now, most=COUNTED))
    paginator = LongPaginator(found.order_by(*order), PER_PAGE)
    if not (filters.text or filters.type_code or filters.status or view == "sold"):
        paginator.counted = counts.get(view, counts["all"])
    shown = paginator.get_page(request.GET.get("page"))
    shown.object_list = office.list_rows(list(shown.object_list), at=now)
    kept = [(key, request.GET[key]) for key in ("q", "type", "status") if request.GET.get(key)]
    context = {
        "page": shown,
        "form": form,
        "view": view,
        "current": lambda: _tab("current", "", counts, view),
        "may_bulk": request.user.may(Permission.PERMIT_BULK),
        "kept": kept,
        "file_query": urlencode([("view", view), *kept]),
        "tabs": lambda: [_tab(name, text, counts, view) for name, text in VIEWS.items()],
    }
    return page(request, "permits/office/list.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the list as a file, narrowed as it is shown; who took it is recorded."""
    now = timezone.now()
    filters, _ = filters_of(request.GET, at=now)
    said = {
        "view": filters.view,
        "text": filters.text,
        "type": filters.type_code,
        "status": str(filters.status or ""),
    }
    operations.record_export(
        rows=listing.matching(filters, at=now).count(),
        filters=said,
        by=actor(request),
        at=now,
    )
    return csv_stream("permits.csv", list_file.batches(filters, at=now), tenant=request.tenant)


def filters_of(asked: QueryDict, *, at: datetime) -> tuple[listing.Filters, FilterForm]:
    """Return what the list is narrowed to by its address, and the form that says so."""
    form = FilterForm(
        asked or None,
        kinds=office.kinds(at=at),
        states=[(s.value, BADGES[s][0]) for s in Status],
    )
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    filters = listing.Filters(
        text=said.get("q", "").replace("\x00", ""),
        type_code=said.get("type", ""),
        status=Status(said["status"]) if said.get("status") else None,
        view=asked.get("view", "all" if any(said.values()) else "current").replace("\x00", ""),
    )
    return filters, form


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one permit with what happened to it and what may be done."""
    permit = rows.permit(number)
    shown = permit_page(permit, by_staff=True, at=timezone.now())
    context = {
        "shown": shown,
        "permit": permit,
        "events": history_of(permit),
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
        "may_take": request.user.may(Permission.PAYMENT_TAKE),
        "has_parts": shown.is_held and bool(ways_of(permit, at=timezone.now())),
        "plan": planning.bought_by(permit.number),
        "version": programme.version(permit.programme_version),
        "consent": consents.open_consent(permit),
        "documents": documents.documents_of(permit),
        "pool": carpools.pool_of(permit),
        "temporary": vehicles.temporary_of(permit, at=timezone.now()),
        "lost": permit.lost_hangtags.filter(found_at__isnull=True).order_by("pk"),
        "listings": vehicles.listings_of_permit(permit),
    }
    return page(request, "permits/office/detail.html", context)


def _tab(name: str, text: str, counts: dict[str, int], view: str) -> Tab:
    url = f"{reverse('office_permits:list')}?{urlencode({'view': name})}"
    count = counts[name]
    return Tab(text, url, min(count, COUNTED), current=name == view, has_more=count > COUNTED)
