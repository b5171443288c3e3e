"""The panels of the dashboards: lists, charts and the map, each for those who may open what it leads to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parkops.kernel.permissions import Permission
from parkops.ui import charts
from reporting.dashboards import today
from reporting.dashboards.look import Look, link
from reporting.queries import feed
from reporting.queries.desks import MOST_ROWS

P = Permission
Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: the card `reporting/office/panels/<template>.html` with what `drawn` gives it, drawn from the
    fields of the figures that it `reads`, besides those that all read."""

    code: str
    title: str
    permission: Permission
    reads: tuple[str, ...]
    template: str
    drawn: Callable[[Look], Context]
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel with everything that its card needs."""

    code: str
    title: str
    sub: str
    template: str
    shown: Context


def _occupancy(look: Look) -> Context:
    return {"zones": today.zones(look.counts)}


def _map(look: Look) -> Context:
    officers = look.waiting.officers if look.may(P.DISPATCH_VIEW) else []
    unseen = sum(not one.is_seen for one in officers)
    return {
        "map": today.zone_map(look, officers=officers),
        "officers": len(officers),
        "unseen": unseen,
        "seen": len(officers) - unseen,
    }


def _todo(look: Look) -> Context:
    return {"todo": today.todo(look)}


def _citations(look: Look) -> Context:
    drawn = today.by_hour(look, "citations", "Citations by hour", f"view=ours&{look.day}")
    return {"chart": drawn}


def _checks(look: Look) -> Context:
    return {"chart": today.by_hour(look, "checks", "Plates checked by hour")}


def _taken(look: Look) -> Context:
    return {"chart": today.by_hour(look, "taken", f"{look.counts.currency} taken by hour")}


def _hot_zones(look: Look) -> Context:
    known = {zone.code: zone.name for zone in look.rules.zones}
    points = [
        charts.Point(
            code,
            count,
            link("office_citations:list", f"view=ours&{look.day}&zone={code}"),
            f"{count} in {known.get(code, code)}",
        )
        for code, count in look.waiting.citations_by_zone
    ]
    return {
        "chart": charts.bars(points, title="Citations by zone", head="Zone") if points else None
    }


def _events(look: Look) -> Context:
    may = {
        "citation": look.may(P.CITATION_VIEW),
        "permit": look.may(P.PERMIT_VIEW),
        "payment": look.may(P.PAYMENT_VIEW),
        "appeal": look.may(P.APPEAL_VIEW),
    }
    kinds = [kind for kind, is_open in may.items() if is_open]
    return {"events": feed.just_now(look.now, rules=look.rules, kinds=kinds)}


def _officers(look: Look) -> Context:
    return {
        "rows": [
            {"one": one, "since": _instant(one.since), "seen": _instant(one.seen_at)}
            for one in look.waiting.officers
        ]
    }


def _calls(look: Look) -> Context:
    return {"rows": [{"one": one, "by": _instant(one.answer_by)} for one in look.waiting.calls]}


def _appeals(look: Look) -> Context:
    day = look.counts.day
    return {
        "rows": [
            {
                "one": one,
                "filed": _instant(one.filed_at),
                "by": datetime.fromisoformat(one.decide_on).date() if one.decide_on else None,
                "tone": ""
                if not one.decide_on or one.decide_on > day
                else "warn"
                if one.decide_on == day
                else "bad",
            }
            for one in look.waiting.appeals
        ]
    }


def _hearings(look: Look) -> Context:
    rows = [{"one": one, "at": _instant(one.starts_at)} for one in look.waiting.hearings]
    return {"rows": rows}


def _drawers(look: Look) -> Context:
    return {
        "rows": [
            {
                "one": one,
                "at": _instant(one.opened_at),
                "is_own": one.holder_ref == f"staff:{look.ref}",
            }
            for one in look.waiting.drawers[:MOST_ROWS]
        ]
    }


PANELS = {
    panel.code: panel
    for panel in (
        Panel(
            "occupancy",
            "Occupancy by zone",
            P.CITATION_VIEW,
            ("zones",),
            "occupancy",
            _occupancy,
            "counted, or seen or paid for in the last three hours",
        ),
        Panel(
            "map",
            "Map of the zones",
            P.CITATION_VIEW,
            ("zones", "officers"),
            "map",
            _map,
            "how many spaces are free",
        ),
        Panel(
            "todo",
            "To do",
            P.DASHBOARD_VIEW,
            (
                "appeals_waiting",
                "oldest_appeal_at",
                "permits_to_approve",
                "payments_to_review",
                "books_differ",
                "differences_open",
                "jobs_failed",
                "tasks_given_up",
                "messages_failed",
            ),
            "todo",
            _todo,
            "oldest promise first",
        ),
        Panel(
            "citations_by_hour",
            "Citations by hour",
            P.CITATION_VIEW,
            ("citations",),
            "chart",
            _citations,
            "bars are today, the line is a week before",
        ),
        Panel(
            "checks_by_hour",
            "Plates checked by hour",
            P.CITATION_VIEW,
            ("checks",),
            "chart",
            _checks,
            "bars are today, the line is a week before",
        ),
        Panel(
            "taken_by_hour",
            "Taken by hour",
            P.PAYMENT_VIEW,
            ("taken",),
            "chart",
            _taken,
            "bars are today, the line is a week before",
        ),
        Panel(
            "hot_zones",
            "Citations by zone",
            P.CITATION_VIEW,
            ("citations_by_zone",),
            "chart",
            _hot_zones,
            "today",
        ),
        Panel(
            "events",
            "Just now",
            P.DASHBOARD_VIEW,
            ("newest", "citations", "sold", "taken", "happened"),
            "events",
            _events,
        ),
        Panel(
            "officers_at_work",
            "Officers at work",
            P.DISPATCH_VIEW,
            ("officers",),
            "officers",
            _officers,
        ),
        Panel(
            "open_calls",
            "Open calls",
            P.DISPATCH_VIEW,
            ("calls", "calls_late"),
            "calls",
            _calls,
            "most urgent first",
        ),
        Panel(
            "next_appeals",
            "Next appeals",
            P.APPEAL_VIEW,
            ("appeals",),
            "appeals",
            _appeals,
            "oldest promise first",
        ),
        Panel(
            "hearings_today", "Hearings today", P.APPEAL_VIEW, ("hearings",), "hearings", _hearings
        ),
        Panel("open_drawers", "Open drawers", P.PAYMENT_VIEW, ("drawers",), "drawers", _drawers),
    )
}


def drawn(panel: Panel, look: Look) -> Drawn:
    """Return a panel with everything that its card needs."""
    template = f"reporting/office/panels/{panel.template}.html"
    return Drawn(panel.code, panel.title, panel.sub, template, panel.drawn(look))


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
