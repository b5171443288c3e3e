"""One look at the database for all who poll: it counts for a moment, and longer while nobody does anything."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.core.cache import cache

from reporting import sql

KEPT_SECONDS = 60
LOOK_SECONDS = 10

# Every act is recorded, and adds to the figures that it changes.
_ACTS = """
SELECT coalesce((SELECT max(id) FROM tallies_tally), 0),
       coalesce((SELECT max(id) FROM audit_auditevent), 0)
"""


class Looked(Protocol):
    """What a look brings: a dataclass that says when it was taken, and its version."""

    @property
    def at(self) -> str:
        """The instant, in ISO 8601."""

    @property
    def version(self) -> str:
        """A digest of what it tells."""


Seen = TypeVar("Seen", bound=Looked)


@dataclass(slots=True)
class Shared:
    """Under which names a look is remembered. It counts for `seconds`; and up to `longest`, at most
    `KEPT_SECONDS`, for as long as nothing was done since: some figures change by time alone.
    """

    figures: str
    version: str
    looking: str
    seconds: int
    longest: timedelta


def last_act() -> str:
    """Return by what it is known whether anything was done in the tenant since; one query."""
    told, recorded = sql.row(_ACTS)
    return f"{told}-{recorded}"


def shared(
    name: Shared,
    at: datetime,
    look: Callable[[datetime], Seen],
    from_plain: Callable[[dict[str, Any]], Seen],
) -> Seen:
    """Return what is known, or look: all who ask share one look, which one of them takes.

    While it is taken the others get what is known, at most a minute old.
    """
    found = cache.get_many([name.figures, name.version])
    known = found.get(name.figures)
    if known is not None:
        is_present = found.get(name.version) == known["told"]["version"]
        if is_present or not cache.add(name.looking, True, LOOK_SECONDS):
            return from_plain(known["told"])
    # Asked before looking: what is done meanwhile is seen by the next look at the latest.
    act = last_act()
    if known is not None and _is_still(name, known, act, at):
        cache.delete(name.looking)
        return from_plain(known["told"])
    seen = look(at)
    cache.set(name.figures, {"told": asdict(seen), "act": act}, KEPT_SECONDS)  # type: ignore[call-overload]
    cache.set(name.version, seen.version, name.seconds)
    cache.delete(name.looking)
    return seen


def version_still(name: Shared, act: str, at: datetime) -> str | None:
    """Return the version of what is known if nothing was done since; None when it is time to look."""
    known = cache.get(name.figures)
    if known is None or not _is_still(name, known, act, at):
        return None
    return str(known["told"]["version"])


def _is_still(name: Shared, known: dict[str, Any], act: str, at: datetime) -> bool:
    age = at - datetime.fromisoformat(known["told"]["at"])
    if known["act"] != act or not timedelta(0) <= age < name.longest:
        return False
    cache.set(name.version, known["told"]["version"], name.seconds)
    return True
