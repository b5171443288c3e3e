"""How full each zone is now, how sure that is, and what it is made from: the same estimate as the dashboard's."""

from typing import Any

from parkops.kernel.codes import code_key
from parkops.programme import occupancy
from reporting.catalogue.base import Asking, Report
from reporting.datasets import Column, Dataset, Figure, Kind, share

COLUMNS = [
    Column("zone", "Zone", told="Its code in the program"),
    Column(
        "name",
        "Name",
        told="Of the zone, as the program in force has it; its code if it is no more",
    ),
    Column("taken", "Taken", Kind.COUNT, "As counted, or seen or paid for", True),
    Column("low", "At least", Kind.COUNT, "Nine times in ten"),
    Column("high", "At most", Kind.COUNT, "Nine times in ten; blank where nobody counted"),
    Column("spaces", "Spaces", Kind.COUNT, "As the program has them", True),
    Column("share", "Occupancy", Kind.SHARE, "Taken, of the spaces", part_of=("taken", "spaces")),
    Column("why", "Why", told="What the figure is made from"),
]


def build(asking: Asking) -> Dataset:
    """Return one row for each zone with spaces, or of which something is known."""
    asking.tell(0.1, "Counting")
    known = occupancy.estimated(asking.at)
    rows: list[list[Any]] = []
    for zone in asking.programme.zones:
        found = known.get(code_key(zone.code))
        spaces = zone.capacity.total if zone.capacity and zone.capacity.total else None
        if found is None and spaces is None:
            continue
        taken = found.occupied if found else 0
        rows.append(
            [
                zone.code,
                zone.name,
                taken,
                found.low if found else 0,
                found.high if found else None,
                spaces,
                share(taken, spaces or 0),
                " ".join(found.because) if found else "Nobody counted, saw or paid.",
            ]
        )
    local = asking.at.astimezone(asking.programme.tz)
    taken, spaces = (sum(row[place] or 0 for row in rows) for place in (2, 5))
    return Dataset(
        title="Occupancy now",
        columns=COLUMNS,
        rows=rows,
        filters=[("As of", f"{local:%-d %B %Y, %H:%M}")],
        figures=[Figure("Taken", taken), Figure("Spaces", spaces)],
        chart=[(row[0], float(row[2])) for row in rows],
        chart_title="Taken by zone",
        currency=asking.programme.currency,
    )


REPORT = Report(
    code="occupancy-now",
    name="Occupancy now",
    about="How full each zone is at this moment, between what bounds, and what that is made from.",
    section="Occupancy",
    parameters=(),
    build=build,
    columns=COLUMNS,
)
