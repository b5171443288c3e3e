"""Whether anything on a dashboard has changed: the live figures and what waits at the desks, together."""

from datetime import datetime

from django.core.cache import cache

from reporting.queries import desks, live, sharing
from reporting.queries.desks import Desks
from reporting.queries.live import Counts


def version_of(counts: Counts, waiting: Desks) -> str:
    """Return the version of a page with both."""
    return f"{counts.version}-{waiting.version}"


def unchanged_version(at: datetime) -> str | None:
    """Return the version of the figures while they count as the present ones; None when it is time to look.

    Once a moment it asks the database, by one query, whether anything was done since.
    """
    names = (live.SHARED, desks.SHARED)
    known = cache.get_many([name.version for name in names])
    if len(known) == len(names):
        return "-".join(known[name.version] for name in names)
    act = sharing.last_act()
    versions = []
    for name in names:
        version = known.get(name.version) or sharing.version_still(name, act, at)
        if version is None:
            return None
        versions.append(version)
    return "-".join(versions)
