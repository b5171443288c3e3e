"""Zones of the draft in the office: brought from a file, drawn on a map, their week painted."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Conflict
from parkops.kernel.numbers import whole
from parkops.kernel.permissions import Permission
from parkops.programme import operations, parts, queries
from parkops.programme.forms_zones import (
    KIND_CHOICES,
    DefaultsForm,
    ZoneFileForm,
    chosen,
    with_written,
)
from parkops.programme.imports import merging, reading
from parkops.programme.imports.curb_times import Known
from parkops.programme.imports.found import Found, Unreadable, packed, unpacked
from parkops.programme.imports.merging import Row
from parkops.programme.models import Draft
from parkops.programme.operations import Change
from parkops.programme.schema import currency_of
from parkops.programme.views.zone import revision_of
from parkops.ui import maps
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown

IMPORT = "programme/office/zones_import.html"


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def bring(request: HttpRequest) -> HttpResponse:
    """Ask for a file of zones, show what it would add to the draft, and add what is ticked."""
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    if request.method != "POST":
        return page(request, IMPORT, {"draft": draft, "form": ZoneFileForm()})
    if "add" in request.POST:
        return _add(request, draft)
    form = ZoneFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, IMPORT, {"draft": draft, "form": form}, status=422)
    try:
        found = reading.read(
            form.cleaned_data["file"].read(reading.LARGEST_BYTES + 1),
            known=_known(draft),
            currency=currency_of(draft.document) or "",
            columns=form.columns,
            swapped=form.cleaned_data["swapped"],
        )
    except Unreadable as refusal:
        form.add_error("file", str(refusal))
        return page(request, IMPORT, {"draft": draft, "form": form}, status=422)
    again = ZoneFileForm(initial=form.cleaned_data, properties=found.properties)
    ticked = _ticked(merging.compare(draft.document, found.proposals))
    context = _preview(draft, found, ticked) | {"form": again}
    return page(request, IMPORT, context)


def _add(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        proposals = unpacked(request.POST.get("proposals", ""))
    except Unreadable as refusal:
        form = ZoneFileForm({})
        form.full_clean()
        form.errors["file"] = form.error_class([str(refusal)])
        return page(request, IMPORT, {"draft": draft, "form": form}, status=422)
    picked, faults = chosen(proposals, request.POST, request.POST.getlist("pick"))
    defaults = DefaultsForm(request.POST, zones=parts.codes_of(draft.document, "zones"))
    if defaults.is_valid():
        rows = merging.compare(draft.document, picked)
        picked = [
            defaults.completed(row.proposal) if row.state == "new" else row.proposal for row in rows
        ]
    else:
        faults += [str(error) for listed in defaults.errors.values() for error in listed]
    if not faults:
        try:
            done = operations.change_parts(
                draft.pk,
                [Change(*change) for change in merging.changes(draft.document, picked)],
                revision=revision_of(request),
                by=actor(request),
                at=timezone.now(),
            )
        except Conflict as conflict:
            faults = [f"{conflict} What it would change now is below."]
        else:
            faults = [_fault_text(fault) for fault in done.faults[:20]]
            if done.is_saved:
                count = len(picked)
                told = "1 zone is" if count == 1 else f"{count} zones are"
                messages.success(request, f"{told} in the draft.")
                return redirect("office_programme:draft_list", "zones")
    written = with_written(proposals, request.POST)
    found = Found(request.POST.get("format", "")[:20], tuple(written))
    ticked = {n for n in map(whole, request.POST.getlist("pick")) if n is not None}
    context = _preview(draft, found, ticked) | {"form": ZoneFileForm(), "faults": faults}
    context["defaults"] = defaults
    return page(request, IMPORT, context, status=422)


def _preview(draft: Draft, found: Found, ticked: set[int]) -> dict[str, Any]:
    rows = merging.compare(draft.document, found.proposals)
    return {
        "draft": draft,
        "found": found,
        "rows": [{"row": row, "is_ticked": n in ticked} for n, row in enumerate(rows)],
        "count": len(ticked),
        "states": _counts(rows),
        "proposals": packed(found.proposals),
        "kinds": KIND_CHOICES,
        "defaults": DefaultsForm(zones=parts.codes_of(draft.document, "zones")),
        "far": merging.far_away(draft.document, found.proposals),
        "map": maps.draw(_places(rows), title="Map of the zones in the file"),
    }


def _places(rows: Sequence[Row]) -> list[maps.Place]:
    return [
        maps.Place(
            row.proposal.code,
            row.proposal.geometry,
            row.proposal.name if row.proposal.name != row.proposal.code else "",
            tone="info" if row.state == "new" else "warn" if row.state == "changed" else "",
        )
        for row in rows
    ]


def _ticked(rows: Sequence[Row]) -> set[int]:
    return {n for n, row in enumerate(rows) if row.is_ticked}


def _counts(rows: Sequence[Row]) -> list[tuple[str, int]]:
    states = [row.state for row in rows]
    return [(state, states.count(state)) for state in ("new", "changed", "same")]


def _known(draft: Draft) -> Known:
    return Known(
        calendars=parts.codes_of(draft.document, "calendars"),
        events=parts.codes_of(draft.document, "events"),
    )


def _fault_text(fault: parts.PartFault) -> str:
    where = " ".join(str(step + 1) if isinstance(step, int) else step for step in fault.path)
    return f"{where}: {fault.message}." if where else f"{fault.message}."
