"""What holds in a zone of the draft: the permits that cover it, violations, special days."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.codes import code_key
from parkops.kernel.permissions import Permission
from parkops.kernel.windows import Window, describe
from parkops.programme import queries
from parkops.programme.schema import Programme, Zone
from parkops.programme.views.zone import head, zone_of
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown


@may(Permission.PROGRAMME_EDIT)
@require_safe
@refusals_shown
def permits(request: HttpRequest, code: str) -> HttpResponse:
    """Show which permit types cover a zone, when, and through which grant."""
    return _page(request, code, "permits")


@may(Permission.PROGRAMME_EDIT)
@require_safe
@refusals_shown
def violations(request: HttpRequest, code: str) -> HttpResponse:
    """Show which violations can be raised in a zone."""
    return _page(request, code, "violations")


@may(Permission.PROGRAMME_EDIT)
@require_safe
@refusals_shown
def days(request: HttpRequest, code: str) -> HttpResponse:
    """Show the days to come on which a zone's rules do not hold, and the events that change them."""
    return _page(request, code, "days")


def _page(request: HttpRequest, code: str, name: str) -> HttpResponse:
    draft = queries.open_draft()
    if draft is None:
        return redirect("office_programme:draft")
    zone = zone_of(draft, code)
    context = head(draft, zone, name)
    programme: Programme | None = context["programme"]
    told = programme.zone(code) if programme else None
    if programme is not None and told is not None:
        today = timezone.now().astimezone(programme.tz).date()
        context["rows"] = {
            "permits": lambda: _permits(programme, code),
            "violations": lambda: programme.violations_in(code),
            "days": lambda: _days(programme, told, today),
        }[name]()
        context["events"] = sorted({w.during for w in _windows(programme, told) if w.during})
    return page(request, f"programme/office/zone_{name}.html", context)


def _permits(programme: Programme, code: str) -> list[dict[str, Any]]:
    """The permit types that cover a zone, each with when and through which zones."""
    rows = []
    for kind in programme.permit_types:
        grants = [grant for grant in kind.grants if programme.covers(grant.zones, code)]
        if not grants:
            continue
        outer = [code_key(zone.code) for zone in programme.zones_covering(code)]
        through = [z for g in grants for z in g.zones if code_key(z) in outer]
        rows.append(
            {
                "type": kind,
                "when": "; ".join(dict.fromkeys(describe(grant.when) for grant in grants)),
                "through": ", ".join(
                    dict.fromkeys(z for z in through if code_key(z) != code_key(code))
                ),
            }
        )
    return rows


def _days(programme: Programme, zone: Zone, today: date) -> list[dict[str, Any]]:
    """The ranges of calendars to come that the zone's windows or rates leave out."""
    subjects: dict[str, list[str]] = {}
    for window in zone.enforced:
        for name in window.exceptions:
            subjects.setdefault(code_key(name), []).append("not enforced")
    for rate in programme.rates_for(zone.code):
        for window in rate.when:
            for name in window.exceptions:
                subjects.setdefault(code_key(name), []).append(f"{rate.per_hour} not charged")
    rows = [
        {"name": name, "range": span, "told": ", ".join(dict.fromkeys(subjects[code_key(name)]))}
        for name, ranges in programme.calendar_days.items()
        if code_key(name) in subjects
        for span in ranges
        if span.last >= today
    ]
    return sorted(rows, key=lambda row: (row["range"].first, row["name"]))


def _windows(programme: Programme, zone: Zone) -> list[Window]:
    rates = programme.rates_for(zone.code)
    return [*zone.enforced, *(window for rate in rates for window in rate.when)]
