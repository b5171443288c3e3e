"""What a screen on a wall may show: figures and drawings that name nobody, lead nowhere and tell no money."""

from collections.abc import Sequence
from dataclasses import dataclass

from parkops.kernel.permissions import Permission
from parkops.ui import charts
from parkops.ui.maps import Map
from reporting.dashboards import today
from reporting.dashboards.figures import FIGURES, Stat, stat
from reporting.dashboards.look import Look
from reporting.dashboards.today import ZoneLine

DRAWINGS = {
    "occupancy": "Occupancy by zone",
    "map": "Map of the zones",
    "citations_by_hour": "Citations by hour",
    "checks_by_hour": "Plates checked by hour",
}
FIT = {
    **{code: figure.label for code, figure in FIGURES.items() if figure.on_wall},
    **DRAWINGS,
}
"""The pieces that a wall may show, by what they are called."""
MOST_FIGURES = 6
MOST_ZONES = 6


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall as it is drawn."""

    figures: list[Stat]
    zones: list[ZoneLine]
    map: Map | None
    charts: list[charts.Chart]


def pieces_of(look: Look) -> list[str]:
    """Return what a person's own wall shows: everything that they may see."""
    drawings = [*DRAWINGS] if look.may(Permission.CITATION_VIEW) else []
    return [
        code for code in FIGURES if code in FIT and look.may(FIGURES[code].permission)
    ] + drawings


def drawn(pieces: Sequence[str], look: Look) -> Wall:
    """Return a wall with these pieces, of the others nothing."""
    fit = [piece for piece in pieces if piece in FIT]
    return Wall(
        figures=[stat(FIGURES[code], look) for code in fit if code in FIGURES][:MOST_FIGURES],
        zones=today.zones(look.counts)[:MOST_ZONES] if "occupancy" in fit else [],
        map=today.zone_map(look, links=False) if "map" in fit else None,
        charts=[
            today.by_hour(look, name, DRAWINGS[f"{name}_by_hour"])
            for name in ("citations", "checks")
            if f"{name}_by_hour" in fit
        ],
    )
