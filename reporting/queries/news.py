"""What has changed on a dashboard: the live figures and what waits at the desks, together."""

from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from reporting.queries import desks, estimates, live, sharing
from reporting.queries.desks import Desks
from reporting.queries.live import Counts
from reporting.queries.sharing import Found, Looked

PARTS, LONGEST = 3, 64


def version_of(counts: Counts, waiting: Desks, pieces: Sequence[str] = ()) -> str:
    """Return the version of a page with both, of which it shows these pieces."""
    return f"{counts.version}-{waiting.version}-{_word_of(pieces)}"


def found(at: datetime) -> Found:
    """Return what still counts of both.

    Once a moment it asks the database, by one query, whether anything was done since.
    """
    return sharing.found((live.SHARED, desks.SHARED), at, estimates.KEY)


def is_present(version: str, request: Found) -> bool:
    """Return whether a page shows the present figures; if not, it is time to look."""
    counts, _, rest = version.partition("-")
    waiting = rest.partition("-")[0]
    known = request.versions
    return (
        counts == known.get(live.SHARED.version, "")
        and waiting == known.get(desks.SHARED.version, "")
        and bool(counts and waiting)
    )


def changed_since(
    version: str, counts: Counts, waiting: Desks, pieces: Sequence[str]
) -> frozenset[str] | None:
    """Return the fields of both that are other ones than in a version that was shown; None if it is unknown
    what was, or other pieces were: then everything may be.
    """
    shown = version[:LONGEST].split("-")
    if len(shown) != PARTS or shown.pop() != _word_of(pieces):
        return None
    if not all(part.isascii() and part.isdigit() for part in shown):
        return None
    found: set[str] = set()
    figures: tuple[Looked, Looked] = (counts, waiting)
    for part, told in zip(shown, figures, strict=True):
        if not min(told.changed.values()) <= int(part) <= int(told.version):
            return None
        found.update(name for name, since in told.changed.items() if since > int(part))
    return frozenset(found)


def _word_of(pieces: Sequence[str]) -> str:
    return f"{crc32(' '.join(pieces).encode()):x}"
