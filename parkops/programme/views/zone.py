"""One zone of the draft in the office: where it is, its week, and what holds there."""

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Permission
from parkops.kernel.windows import clock
from parkops.programme import examples, load, operations, parts, queries, written_shapes, zone_week
from parkops.programme.examples import Ask, Example
from parkops.programme.forms_zones import NEW_RATE, PaintForm, ShapeForm, read_span
from parkops.programme.models import Draft
from parkops.programme.operations import Change
from parkops.programme.schema import Programme
from parkops.programme.shapes import ShapeFault, is_geometry
from parkops.programme.zone_week import WeekFault, ZoneWeek
from parkops.ui import maps
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab

WORDS = {
    "corner": "Corner {0} of {1}. Arrow keys move it, plus adds one after it, Delete removes it.",
    "drawing": "Drawing, {0} corners so far. Click on the map, or move it by arrow keys and press "
    "Enter to put a corner at the cross. Click the first corner or Done to end.",
    "drawn": "{0} corners. Drag one to move it, drag a small one between two to add a corner.",
}
PRICE_FIELDS = {"per_hour": "per_hour", "max": "longest", "day_max": "day_max"}


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Show a zone on the map among its neighbors, and take its shape, drawn or written."""
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    zone = zone_of(draft, code)
    geometry = zone.get("geometry") if is_geometry(zone.get("geometry")) else None
    initial = {"shape": written_shapes.write(geometry), "revision": draft.revision}
    form = ShapeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            shape = written_shapes.read(form.cleaned_data["shape"], kind=form.cleaned_data["kind"])
            operations.change_draft(
                draft.pk,
                part="zones",
                code=code,
                value={key: part for key, part in {**zone, "geometry": shape}.items() if part},
                revision=form.cleaned_data["revision"],
                by=actor(request),
                at=timezone.now(),
            )
        except ShapeFault as fault:
            form.add_error("shape", str(fault))
        except Conflict as conflict:
            form = ShapeForm({**request.POST.dict(), "revision": draft.revision}, auto_id="id_%s")
            form.add_error(None, f"{conflict} Your shape is below; saving again puts it in place.")
        else:
            messages.success(request, f"The place of {code} is saved in the draft.")
            return redirect("office_programme:zone_place", code)
    context = head(draft, zone, "place") | {
        "form": form,
        "others": json.dumps(_others(draft, zone)),
        "words": json.dumps(WORDS),
        "told": written_shapes.describe(geometry),
        "map": _drawing(draft, zone),
    }
    status = 422 if form.errors else 200
    return page(request, "programme/office/zone_place.html", context, status=status)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def week(request: HttpRequest, code: str) -> HttpResponse:
    """Show what holds when in an ordinary week of a zone, and paint hours of it."""
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    zone = zone_of(draft, code)
    programme = programme_of(draft)
    try:
        shown = zone_week.week_of(draft.document, code, programme)
    except WeekFault as fault:
        context = head(draft, zone, "week") | {"fault": str(fault)}
        return page(request, "programme/office/zone_week.html", context)
    if request.method != "POST":
        form = PaintForm(initial=_chosen(request, draft, shown), kinds=shown.kinds)
        return _week(request, draft, zone, shown, form)
    form = PaintForm(request.POST, kinds=shown.kinds)
    is_days = "days_off" in request.POST
    if not is_days and not form.is_valid():
        return _week(request, draft, zone, shown, form, status=422)
    try:
        done = operations.change_parts(
            draft.pk,
            [Change(*change) for change in _painted(request, draft, code, form)],
            revision=revision_of(request),
            by=actor(request),
            at=timezone.now(),
        )
    except (WeekFault, Conflict) as refusal:
        form.full_clean()
        form.add_error(None, str(refusal))
        return _week(request, draft, zone, shown, form, status=422)
    if not done.is_saved:
        for wrong in done.faults:
            key = str(wrong.path[-1]) if wrong.path else ""
            form.add_error(PRICE_FIELDS.get(key), f"{wrong.message}.")
        return _week(request, draft, zone, shown, form, status=422)
    back = reverse("office_programme:zone_week", args=[code])
    if getattr(request, "htmx", None) and not is_days:
        first = form.spans[0]
        return redirect(f"{back}?span={first.day}-{first.start}-{min(first.end, 1440)}")
    messages.success(request, f"The week of {code} is saved in the draft.")
    return redirect(back)


def _painted(
    request: HttpRequest, draft: Draft, code: str, form: PaintForm
) -> list[tuple[str, str | None, Any]]:
    """The changes that were asked for.

    :raises WeekFault: if they cannot be made.
    """
    document = draft.document
    if "days_off" in request.POST:
        known = parts.codes_of(document, "calendars")
        ticked = request.POST.getlist("calendar")
        return zone_week.except_on(document, code, [name for name in known if name in ticked])
    kind = form.cleaned_data["kind"]
    if kind == NEW_RATE:
        return zone_week.add_rate(document, code, form.price, form.spans)
    return zone_week.move(document, code, form.erased, form.spans, kind)


def _chosen(request: HttpRequest, draft: Draft, shown: ZoneWeek) -> dict[str, Any]:
    """What the form of the week begins with: the span that was chosen, or none."""
    initial: dict[str, Any] = {"revision": draft.revision, "kind": zone_week.PERMIT}
    span = read_span(request.GET.get("span", ""))
    if span is None:
        return initial
    cell = next(s for s in shown.days[span.day][1] if s.cell.start <= span.start < s.cell.end)
    return initial | {
        "days": [str(span.day)],
        "begins": clock(cell.cell.start),
        "ends": clock(cell.cell.end),
        "kind": cell.kind.key,
        "was": cell.value if cell.kind.key != zone_week.FREE else "",
        "chosen": cell,
    }


def _week(
    request: HttpRequest,
    draft: Draft,
    zone: dict[str, Any],
    shown: ZoneWeek,
    form: PaintForm,
    *,
    status: int = 200,
) -> HttpResponse:
    code, now = str(zone["code"]), timezone.now()
    programme = programme_of(draft)
    tried = {key[4:]: str(value) for key, value in request.GET.items() if key.startswith("try-")}
    tried["zone"] = code
    example = examples.example("sessions", programme, code, tried, at=now) if programme else None
    context = head(draft, zone, "week") | {
        "week": shown,
        "form": form,
        "chosen": form.initial.get("chosen"),
        "hours": [f"{hour:02}" for hour in range(0, 24, 2)],
        "calendars": [
            (name, name in shown.exceptions) for name in parts.codes_of(draft.document, "calendars")
        ],
        "rates_url": reverse("office_programme:draft_value", args=["sessions"]),
        "example": example and replace(example, asks=_asks(example)),
    }
    part = "costs" if "costs" in request.GET else "week"
    answer = page(request, "programme/office/zone_week.html", context, part=part, status=status)
    if part == "week" and getattr(request, "htmx", None):
        answer["HX-Trigger"] = "painted"  # what it costs is worked out anew
    return answer


def _asks(example: Example) -> tuple[Ask, ...]:
    """What the example of a stay asks, without the zone: it is this one."""
    return tuple(ask for ask in example.asks if ask.name != "zone")


def programme_of(draft: Draft) -> Programme | None:
    """Return what a draft says, where it is a programme already."""
    try:
        return load.load_document(draft.document).programme
    except load.Faulty:
        return None


def revision_of(request: HttpRequest) -> int:
    """Return the draft's revision that a page was made from; none that was is the oldest."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def zone_of(draft: Draft, code: str) -> dict[str, Any]:
    """Return the zone of this code in a draft's document.

    :raises Http404: if the draft has none.
    """
    zone = parts.find(draft.document, "zones", code)
    if not isinstance(zone, dict):
        raise Http404("There is no such zone in the draft.")
    return zone


def head(draft: Draft, zone: dict[str, Any], current: str) -> dict[str, Any]:
    """Return what every page of a zone shows: its name, the draft, and its tabs."""
    return {"draft": draft, "zone": zone, "tabs": tabs(zone, programme_of(draft), current)}


def tabs(zone: dict[str, Any], programme: Programme | None, current: str) -> list[Tab]:
    """Return the pages of a zone; how many permits and violations it has, where that can be told."""
    code = str(zone.get("code", ""))
    counts: dict[str, int] = {}
    if programme is not None:
        granting = [
            kind
            for kind in programme.permit_types
            if any(programme.covers(grant.zones, code) for grant in kind.grants)
        ]
        counts = {"permits": len(granting), "violations": len(programme.violations_in(code))}
    facts_url = reverse("office_programme:draft_thing", args=["zones", code])
    listed = [
        ("place", "Place"),
        ("week", "Week and prices"),
        ("permits", "Permits that cover it"),
        ("violations", "Violations"),
        ("days", "Special days"),
    ]
    facts = Tab("Facts", facts_url, None, current == "facts")
    rest = [
        Tab(
            label,
            reverse(f"office_programme:zone_{name}", args=[code]),
            counts.get(name),
            name == current,
        )
        for name, label in listed
    ]
    return [facts, *rest]


def _others(draft: Draft, zone: dict[str, Any]) -> list[dict[str, Any]]:
    """The other zones of the draft that are on the map."""
    own = code_key(str(zone.get("code", "")))
    return [
        {"code": str(other.get("code", "")), "geometry": other["geometry"]}
        for other in draft.document.get("zones", [])
        if isinstance(other, dict)
        and is_geometry(other.get("geometry"))
        and code_key(str(other.get("code", ""))) != own
    ]


def _drawing(draft: Draft, zone: dict[str, Any]) -> maps.Map | None:
    """The zone among the others, for those who have no script."""
    if not is_geometry(zone.get("geometry")):
        return None
    own = maps.Place(str(zone["code"]), zone["geometry"], tone="info")
    others = [maps.Place(other["code"], other["geometry"]) for other in _others(draft, zone)]
    return maps.draw([*others, own], title=f"Map of {own.code} and the other zones")
