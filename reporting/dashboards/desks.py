"""Which desk each role begins with, and how a person's own arrangement is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from parkops.kernel.permissions import Permission, Role
from reporting.dashboards.figures import FIGURES, READ_BY_ALL, Figure, Stat, beyond_limits, stat
from reporting.dashboards.look import Look
from reporting.dashboards.panels import PANELS, Drawn, Panel
from reporting.dashboards.panels import drawn as drawn_panel


@dataclass(frozen=True, slots=True)
class Desk:
    """The dashboard of a kind of work: whose it is, and what stands on it in which order at first."""

    code: str
    name: str
    roles: frozenset[Role]
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A figure beyond its limit, and since when, once that was noted."""

    stat: Stat
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """What stands above a desk: the figures beyond a limit."""

    rows: list[Alert]


def _desk(code: str, name: str, roles: Sequence[Role], *pieces: str) -> Desk:
    return Desk(code, name, frozenset([*roles, Role.ADMINISTRATOR, Role.AUDITOR]), pieces)


DESKS = {
    desk.code: desk
    for desk in (
        _desk(
            "today",
            "Today",
            (),
            "occupied",
            "permits",
            "sold",
            "checks",
            "citations",
            "taken",
            "appeals",
            "officers",
            "occupancy",
            "todo",
            "map",
            "citations_by_hour",
            "events",
        ),
        _desk(
            "officers",
            "Enforcement today",
            (Role.OFFICER_LEAD,),
            "officers",
            "calls_new",
            "calls_late",
            "voids",
            "checks",
            "citations",
            "occupied",
            "unpaid",
            "officers_at_work",
            "map",
            "citations_by_hour",
            "hot_zones",
            "open_calls",
            "events",
        ),
        _desk(
            "counter",
            "Counter today",
            (Role.CLERK,),
            "my_receipts",
            "sold",
            "taken",
            "held",
            "to_approve",
            "to_review",
            "proofs",
            "calls_new",
            "todo",
            "taken_by_hour",
            "open_drawers",
            "events",
        ),
        _desk(
            "appeals",
            "Appeals today",
            (Role.REVIEWER,),
            "appeals",
            "my_appeals",
            "appeals_due",
            "appeals_with_nobody",
            "hearings",
            "proofs",
            "voids",
            "unpaid",
            "next_appeals",
            "hearings_today",
            "todo",
            "citations_by_hour",
        ),
        _desk(
            "money",
            "Money today",
            (Role.ACCOUNTANT,),
            "taken",
            "refunds",
            "differences",
            "books",
            "overdue",
            "to_sign",
            "to_deposit",
            "bank_lines",
            "taken_by_hour",
            "todo",
            "open_drawers",
            "events",
        ),
    )
}


def desks_of(roles: Sequence[str]) -> list[Desk]:
    """Return the desks of a person with these roles, their own work first; nobody's are none."""
    held = {Role(role) for role in roles}
    return [desk for desk in DESKS.values() if desk.roles & held]


def pieces_for(codes: Sequence[str], *, may: Callable[[Permission], bool]) -> list[str]:
    """Return those of `codes` that still exist and that the person may see, each once, in their order."""
    known = dict.fromkeys(code for code in codes if code in FIGURES or code in PANELS)
    return [code for code in known if may(_piece(code).permission)]


def offered(*, may: Callable[[Permission], bool]) -> list[str]:
    """Return every piece that the person may put on a desk."""
    return pieces_for([*FIGURES, *PANELS], may=may)


def alerts(look: Look) -> list[Alert]:
    """Return the figures that are beyond a limit, of those that the person may see, the wrong ones first."""
    found = []
    limited = {one.figure for one in look.waiting.limits}
    for figure in FIGURES.values():
        if figure.code not in limited or not look.may(figure.permission):
            continue
        beyond = beyond_limits(figure, look)
        if beyond:
            shown, limit = stat(figure, look), beyond[-1]
            since = datetime.fromisoformat(limit.crossed_at) if limit.crossed_at else None
            found.append(Alert(shown, since))
    return sorted(found, key=lambda one: one.stat.tone != "bad")


def changed_of(codes: Sequence[str], changed: frozenset[str]) -> list[str]:
    """Return those pieces that are drawn from a field of the figures that changed, in their order."""
    if changed & READ_BY_ALL:
        return list(codes)
    return [code for code in codes if not changed.isdisjoint(_piece(code).reads)]


def is_figure(code: str) -> bool:
    """Return whether a piece is a figure; else it is a panel."""
    return code in FIGURES


def title_of(code: str) -> str:
    """Return the name of a piece."""
    piece = _piece(code)
    return piece.label if isinstance(piece, Figure) else piece.title


def drawn(codes: Sequence[str], look: Look) -> tuple[list[Stat], list[Drawn]]:
    """Return the figures and the panels of an arrangement, drawn."""
    figures = [stat(FIGURES[code], look) for code in codes if code in FIGURES]
    panels = [drawn_panel(PANELS[code], look) for code in codes if code in PANELS]
    return figures, panels


def _piece(code: str) -> Figure | Panel:
    return FIGURES[code] if code in FIGURES else PANELS[code]
