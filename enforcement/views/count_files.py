"""A file of counts in the office: read, looked at line by line, taken in."""

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from enforcement.forms_counts import LABELS, CountFileForm
from enforcement.imports import operations
from enforcement.imports.mapping import CountMapping
from enforcement.imports.stage import Refusal
from enforcement.imports.uploading import COLUMNS, Sheet, mapping_of, packed, sheet_of
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.files import csv_file
from parkops.ui.pages import actor, page, refusals_shown, refuse

TEMPLATE = "enforcement/office/imports/counts.html"
SHOWN_REFUSALS = 100


@may(Permission.IMPORT_UNDO)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def bring(request: HttpRequest) -> HttpResponse:
    """Ask for a file of counts, show what it would bring and what is wrong with it, and take it in."""
    zones = _zones()
    if request.method != "POST":
        return page(request, TEMPLATE, {"form": CountFileForm(zones=zones)})
    form = CountFileForm(request.POST, request.FILES, zones=zones)
    if not form.is_valid():
        return page(request, TEMPLATE, {"form": form}, status=422)
    told = form.cleaned_data
    sheet: Sheet | None = None
    try:
        sheet = sheet_of(told["raw"])
        mapping = mapping_of(
            sheet,
            kind=told["kind"],
            form=told["form"],
            columns={name: told[name] for name in COLUMNS},
            zone=told["only"],
        )
        if "add" in request.POST:
            return _added(request, sheet, mapping, told["name"])
        context = _preview(request, sheet, mapping, told["name"])
    except Refused as refusal:
        again = _again(form, sheet, zones)
        again.is_valid()
        refuse(again, refusal)
        return page(request, TEMPLATE, {"form": again}, status=422)
    if "refused" in request.POST:
        return csv_file("refused.csv", [["line", "field", "value", "reason"], *context["refusals"]])
    return page(request, TEMPLATE, context | {"form": _again(form, sheet, zones)})


def _added(request: HttpRequest, sheet: Sheet, mapping: CountMapping, name: str) -> HttpResponse:
    batch = operations.bring_counts(
        sheet.raw, name=name, mapping=mapping, by=actor(request), at=timezone.now()
    )
    counts = "1 count is" if batch.imported == 1 else f"{batch.imported:,} counts are"
    messages.success(request, f"{counts} here now. {batch.refused:,} lines were refused.")
    return redirect("office_imports:detail", batch=batch.pk)


def _preview(
    request: HttpRequest, sheet: Sheet, mapping: CountMapping, name: str
) -> dict[str, Any]:
    refusals: list[Refusal] = []
    outcome = operations.import_counts(
        io.BytesIO(sheet.raw),
        name=name,
        mapping=mapping,
        told=lambda: None,
        refused=refusals.append,
        dry_run=True,
        by=actor(request),
        at=timezone.now(),
    )
    read = dict(mapping.fields.sources())
    return {
        "sheet": sheet,
        "file_name": name,
        "outcome": outcome,
        "read": [(label, read.get(column, "")) for column, label in LABELS.items()],
        "only": mapping.fields.zone.value,
        "refusals": [(one.line, one.field, one.value, one.reason) for one in refusals],
        "shown": refusals[:SHOWN_REFUSALS],
    }


def _again(form: CountFileForm, sheet: Sheet | None, zones: Any) -> CountFileForm:
    """Return the form with what was read, so that the file needs not be chosen again."""
    if sheet is None:
        return form
    told = form.cleaned_data
    kept = {name: told[name] for name in ("kind", "form", "only", "name", *COLUMNS)}
    data = kept | {"packed": packed(sheet.raw)}
    return CountFileForm(data, zones=zones, heads=sheet.heads)


def _zones() -> list[tuple[str, str]]:
    rules = programme.in_force(timezone.now()).programme
    return [(zone.code, f"{zone.code}, {zone.name}") for zone in rules.zones]
