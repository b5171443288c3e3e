"""The folder into which the institution drops rosters, by SFTP or otherwise: each taken once.

`<root>/<slug>/*.csv` is what comes in. A file that is taken moves to `taken/`; `results/` gets a file
of the same name with a line for every person once it is read, and again once it is applied.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from permits.models import Roster
from permits.operations import roster
from permits.queries import roster_results

QUIET = timedelta(seconds=30)
"""A file that changed within this time may still be on its way."""
COMPLETE = "full"
"""A file whose name begins so holds everybody: who is missing from it is gone."""


def folder() -> Path | None:
    """Return the folder of the current tenant; None where none is watched."""
    root = settings.ROSTER_DROP_ROOT
    slug = getattr(connection.tenant, "slug", "")
    return Path(root) / slug if root and slug else None


def take_dropped_rosters(*, at: datetime) -> int:
    """Take every file that has come in, and write the results of those before; returns how many.

    A file that was taken once, under whatever name, is not taken again.
    """
    place = folder()
    if place is None or not place.is_dir():
        return 0
    taken, results = place / "taken", place / "results"
    taken.mkdir(exist_ok=True)
    results.mkdir(exist_ok=True)
    files = sorted(p for p in place.iterdir() if p.suffix.lower() == ".csv" and p.is_file())
    count = 0
    for path in files:
        if path.is_symlink() or at.timestamp() - path.stat().st_mtime < QUIET.total_seconds():
            continue
        try:
            roster.bring_roster(
                path.name,
                path.read_bytes()[: roster.LARGEST + 1],
                is_complete=path.name.lower().startswith(COMPLETE),
                is_from_drop=True,
                by=SYSTEM,
                at=at,
            )
        except Refused as refusal:
            (results / path.name).write_text(f"file,{refusal}\n", encoding="utf-8")
        os.replace(path, taken / f"{at:%Y%m%dT%H%M%S}-{path.name}")
        count += 1
    _write_results(results)
    return count


def _write_results(results: Path) -> None:
    for found in Roster.objects.filter(is_from_drop=True).order_by("-pk")[:50]:
        name = f"{found.reference}-{found.state}.csv"
        if (
            found.state in (Roster.State.READING, Roster.State.APPLYING)
            or (results / name).exists()
        ):
            continue
        half = results / f".{name}"
        with half.open("w", encoding="utf-8", newline="") as out:
            roster_results.write(found, out)
        half.replace(results / name)
