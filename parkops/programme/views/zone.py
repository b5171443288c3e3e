"""One zone of the draft in the office: where it is, its week, and what holds there."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict
from parkops.kernel.numbers import whole
from parkops.kernel.permissions import Permission
from parkops.programme import operations, parts, queries, references, written_shapes
from parkops.programme.forms_zones import ShapeForm
from parkops.programme.models import Draft
from parkops.programme.schema import Programme
from parkops.programme.shapes import ShapeFault, is_geometry, kilometers, middle
from parkops.ui import maps
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab

MOST_OTHERS = 200
WORDS = {
    "corner": "Corner {0} of {1}. Arrow keys move it, plus adds one after it, Delete removes it.",
    "drawing": "Drawing, {0} corners so far. Click on the map, or move it by arrow keys and press "
    "Enter to put a corner at the cross. Click the first corner or Done to end.",
    "drawn": "{0} corners. Drag one to move it, drag a small one between two to add a corner.",
}


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


def programme_of(draft: Draft) -> Programme | None:
    """Return what a draft says, where it is a programme already."""
    try:
        return None if references.faults_of(draft.document) else Programme.of(draft.document)
    except ValidationError:
        return None


def revision_of(request: HttpRequest) -> int:
    """Return the draft's revision that a page was made from; none that was is the oldest."""
    return whole(request.POST.get("revision", ""), digits=9) or 0


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
    programme = programme_of(draft)
    told = {"draft": draft, "zone": zone, "programme": programme}
    return told | {"tabs": tabs(zone, programme, current)}


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
    """The other zones of the draft that are on the map, the nearest where they are many."""
    own = code_key(str(zone.get("code", "")))
    others = [
        {"code": str(other.get("code", "")), "geometry": other["geometry"]}
        for other in draft.document.get("zones", [])
        if isinstance(other, dict)
        and is_geometry(other.get("geometry"))
        and code_key(str(other.get("code", ""))) != own
    ]
    if len(others) > MOST_OTHERS and is_geometry(zone.get("geometry")):
        here = middle(zone["geometry"])
        others.sort(key=lambda other: kilometers(here, middle(other["geometry"])))
    return others[:MOST_OTHERS]


def _drawing(draft: Draft, zone: dict[str, Any]) -> maps.Map | None:
    """The zone among the others, for those who have no script."""
    if not is_geometry(zone.get("geometry")):
        return None
    own = maps.Place(str(zone["code"]), zone["geometry"], tone="info")
    others = [maps.Place(other["code"], other["geometry"]) for other in _others(draft, zone)]
    return maps.draw([*others, own], title=f"Map of {own.code} and the other zones")
