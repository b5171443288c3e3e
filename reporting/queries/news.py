"""Whether anything on a dashboard has changed: the live figures and what waits at the desks, together."""

from django.core.cache import cache

from reporting.queries import desks, live
from reporting.queries.desks import Desks
from reporting.queries.live import Counts


def version_of(counts: Counts, waiting: Desks) -> str:
    """Return the version of a page with both."""
    return f"{counts.version}-{waiting.version}"


def unchanged_version() -> str | None:
    """Return the version of the figures while they count as the present ones; None when it is time to look."""
    known = cache.get_many([live.VERSION, desks.VERSION])
    if len(known) < 2:
        return None
    return f"{known[live.VERSION]}-{known[desks.VERSION]}"
