"""Weeks of the draft that are painted: of a zone, and of what a permit grants."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Permission
from parkops.kernel.windows import clock
from parkops.programme import examples, grant_week, operations, parts, queries, week_grid, zone_week
from parkops.programme.examples import Ask, Example
from parkops.programme.forms_zones import NEW_RATE, PaintForm, read_span
from parkops.programme.grant_week import GrantWeek
from parkops.programme.models import Draft
from parkops.programme.operations import Change
from parkops.programme.views.zone import head, programme_of, revision_of, zone_of
from parkops.programme.week_grid import WeekFault
from parkops.programme.zone_week import ZoneWeek
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab

HOURS = [f"{hour:02}" for hour in range(0, 24, 2)]
PRICE_FIELDS = {"per_hour": "per_hour", "max": "longest", "day_max": "day_max"}


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def zone(request: HttpRequest, code: str) -> HttpResponse:
    """Show what holds when in an ordinary week of a zone, and paint hours of it."""
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    held = zone_of(draft, code)
    programme = programme_of(draft)
    try:
        shown = zone_week.week_of(draft.document, code, programme)
    except WeekFault as fault:
        context = head(draft, held, "week") | {"fault": str(fault)}
        return page(request, "programme/office/zone_week.html", context)
    if request.method != "POST":
        form = PaintForm(initial=_chosen(request, draft, shown), kinds=shown.kinds)
        return _week(request, draft, held, shown, form)
    form = PaintForm(request.POST, kinds=shown.kinds)
    is_days = "days_off" in request.POST
    if not is_days and not form.is_valid():
        return _week(request, draft, held, shown, form, status=422)
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
        return _week(request, draft, held, shown, form, status=422)
    if not done.is_saved:
        for wrong in done.faults:
            key = str(wrong.path[-1]) if wrong.path else ""
            form.add_error(PRICE_FIELDS.get(key), f"{wrong.message}.")
        return _week(request, draft, held, shown, form, status=422)
    back = reverse("office_programme:zone_week", args=[code])
    if getattr(request, "htmx", None) and not is_days:
        return redirect(f"{back}?span={_first(form)}")
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


def _chosen(request: HttpRequest, draft: Draft, shown: ZoneWeek | GrantWeek) -> dict[str, Any]:
    """What the form of the week begins with: the span that was chosen, or none."""
    initial: dict[str, Any] = {"revision": draft.revision, "kind": shown.kinds[1].key}
    span = read_span(request.GET.get("span", ""))
    if span is None:
        return initial
    cell = next(s for s in shown.days[span.day][1] if s.cell.start <= span.start < s.cell.end)
    return initial | {
        "days": [str(span.day)],
        "begins": clock(cell.cell.start),
        "ends": clock(cell.cell.end),
        "kind": cell.kind.key,
        "was": cell.value if cell.kind.key != week_grid.FREE else "",
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
    context = head(draft, zone, "week")
    programme = context["programme"]
    tried = {key[4:]: str(value) for key, value in request.GET.items() if key.startswith("try-")}
    tried["zone"] = code
    example = examples.example("sessions", programme, code, tried, at=now) if programme else None
    context |= {
        "week": shown,
        "form": form,
        "chosen": form.initial.get("chosen"),
        "hours": HOURS,
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


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def grants(request: HttpRequest, code: str) -> HttpResponse:
    """Show when each grant of a permit type holds, and paint hours of one."""
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    kind = parts.find(draft.document, "permit_types", code)
    if not isinstance(kind, dict):
        raise Http404("There is no such permit type in the draft.")
    listed = grant_week.grants_of(draft.document, code)
    asked = request.GET.get("grant", "0")
    at = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 4 else 0
    if at >= len(listed):
        raise Http404("There is no such grant.")
    context = {"draft": draft, "type": kind, "at": at, "grants": grant_tabs(code, listed, at)}
    try:
        shown = grant_week.week_of(listed[at])
    except WeekFault as fault:
        return page(request, "programme/office/grant_week.html", context | {"fault": str(fault)})
    status = 200
    form = PaintForm(
        initial=_chosen(request, draft, shown),
        kinds=shown.kinds,
        has_rates=False,
    )
    if request.method == "POST":
        form = PaintForm(request.POST, kinds=shown.kinds, has_rates=False)
        if form.is_valid() and (answer := _grant_painted(request, draft, code, at, form)):
            return answer
        status = 422
    context |= {"week": shown, "form": form, "hours": HOURS, "chosen": form.initial.get("chosen")}
    return page(request, "programme/office/grant_week.html", context, part="week", status=status)


def _grant_painted(
    request: HttpRequest, draft: Draft, code: str, at: int, form: PaintForm
) -> HttpResponse | None:
    """Paint a grant and go back to it; or say in the form why not."""
    try:
        value = grant_week.paint(
            draft.document, code, at, form.spans, form.cleaned_data["kind"], form.erased
        )
        operations.change_draft(
            draft.pk,
            part="permit_types",
            code=code,
            value=value,
            revision=revision_of(request),
            by=actor(request),
            at=timezone.now(),
        )
    except (WeekFault, Conflict) as refusal:
        form.add_error(None, str(refusal))
        return None
    back = reverse("office_programme:grant_week", args=[code])
    return redirect(f"{back}?grant={at}&span={_first(form)}")


def grant_tabs(code: str, listed: list[dict[str, Any]], at: int | None) -> list[Tab]:
    """Return the pages of a permit type: its facts, and the week of each grant by its zones."""
    facts = reverse("office_programme:draft_thing", args=["permit_types", code])
    url = reverse("office_programme:grant_week", args=[code])
    return [
        Tab("Facts", facts, None, at is None),
        *(
            Tab(f"Week in {_zones(grant)}", f"{url}?grant={n}", None, n == at)
            for n, grant in enumerate(listed)
        ),
    ]


def _first(form: PaintForm) -> str:
    """The first of the spans that were painted, as an address names it."""
    first = form.spans[0]
    return f"{first.day}-{first.start}-{min(first.end, 24 * 60)}"


def _zones(grant: dict[str, Any]) -> str:
    """The zones of a grant, at most three by their codes."""
    codes = [str(zone) for zone in grant.get("zones") or []]
    return ", ".join(codes[:3]) + (f" and {len(codes) - 3} more" if len(codes) > 3 else "")
