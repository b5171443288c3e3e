"""One look at the database for all who poll: it counts for a moment, and longer while nobody does anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, Protocol, TypeVar

from django.core.cache import cache

from parkops.tenancy.postgresql import prepared

OLDEST = timedelta(seconds=60)
"""No older figures are shown while others look."""
KEPT_SECONDS = 3_600
"""So long it is known what was told, and thereby what is new."""
_MICROSECONDS = 1_000_000
_OF_THE_LOOK = ("at", "version", "changed")

# Every act is recorded, and adds to the figures that it changes.
_ACTS = """
SELECT coalesce((SELECT max(id) FROM tallies_tally), 0),
       coalesce((SELECT max(id) FROM audit_auditevent), 0)
"""


class Looked(Protocol):
    """What a look brings: a dataclass of figures, with the instant of the look and what is new in it. It has no
    slots: with them it takes ten times as long to be remembered.

    A version is a whole number as text, the greater the later, the same while nothing changed. `changed` says
    for each field in which version it became what it is.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def at(self) -> str:
        """The instant, in ISO 8601."""

    @property
    def version(self) -> str:
        """The version; empty before it is known what was told before."""

    @property
    def changed(self) -> Mapping[str, int]:
        """By field, the version since which it is what it is."""


Seen = TypeVar("Seen", bound=Looked)


@dataclass(slots=True)
class Shared:
    """Under which names a look is remembered. It counts for `seconds`; and up to `longest` for as long as nothing
    was done since: some figures change by time alone. Whoever finds that nobody `looked` so lately looks.

    Some figures no act changes but those that are recorded: not the plates that are checked all day.
    """

    figures: str
    version: str
    looked: str
    seconds: int
    longest: timedelta
    recorded_only: bool = False

    @classmethod
    def named(
        cls,
        name: str,
        seconds: int,
        longest: timedelta,
        *kinds: type,
        recorded_only: bool = False,
    ) -> "Shared":
        """Return the names for figures made of these dataclasses."""
        shape = shape_of(*kinds)
        figures, version, looked = (
            f"reporting:{name}:{key}:{shape}" for key in ("figures", "version", "looked")
        )
        return cls(figures, version, looked, seconds, longest, recorded_only)

    @property
    def keys(self) -> list[str]:
        """All names."""
        return [self.figures, self.version, self.looked]


@dataclass(frozen=True, slots=True)
class Found:
    """What a request found of figures that several share: the versions that count still, and where one does not,
    what is known of all, and the last act.
    """

    versions: Mapping[str, str]
    known: Mapping[str, Any]
    act: "Act | None"


def shape_of(*kinds: type) -> str:
    """Return a word for what these dataclasses hold and where they are. Two releases that run side by side and
    tell other figures remember them apart."""
    told = [(kind.__module__, kind.__name__, [one.name for one in fields(kind)]) for kind in kinds]
    return sha256(repr(told).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Act:
    """The last thing that was done in a tenant: the last that a figure was told of, and the last recorded."""

    told: int
    recorded: int

    def is_seen_by(self, name: Shared, before: "Act") -> bool:
        """Return whether nothing that changes these figures was done since the one `before`."""
        if name.recorded_only:
            return self.recorded == before.recorded
        return self == before


def last_act() -> Act:
    """Return by what it is known whether anything was done in the tenant since; one query."""
    return Act(*prepared.rows(_ACTS, {})[0])


def found(names: tuple[Shared, ...], at: datetime, *more: str) -> Found:
    """Return what still counts of figures: those looked at a moment ago, and those of before the last act.

    `more` are keys of what a look needs besides; they are asked for with what is known.
    """
    told = cache.get_many([key for name in names for key in (name.version, name.looked)])
    current = {
        name.version: told[name.version]
        for name in names
        if name.looked in told and name.version in told
    }
    if len(current) == len(names):
        return Found(current, {}, None)
    known, act = cache.get_many([*(name.figures for name in names), *more]), last_act()
    for name in names:
        kept = known.get(name.figures)
        if name.version not in current and kept and _is_still(name, kept, act, at):
            current[name.version] = kept[0].version
    return Found(current, known, act)


def shared(
    name: Shared, at: datetime, look: Callable[[datetime], Seen], request: Found | None = None
) -> Seen:
    """Return what is known, or look: all who ask share one look, which one of them takes.

    While it is taken the others get what is known, unless that is old. `request` is what was found before.
    """
    before = request.known if request is not None else {}
    known: tuple[Seen, Act] | None = before.get(name.figures) or cache.get(name.figures)
    if known is not None:
        if request is not None and name.version in request.versions:
            return known[0]
        if not cache.add(name.looked, True, name.seconds) and _age(known, at) <= OLDEST:
            return known[0]
    # Asked before looking: what is done meanwhile is seen by the next look at the latest.
    act = (request and request.act) or last_act()
    if known is not None and _is_still(name, known, act, at):
        return known[0]
    seen = look(at)
    # A look that took long is not the only one: its version follows what others were told meanwhile.
    told: tuple[Seen, Act] | None = cache.get(name.figures)
    if told is not None and _age(told, at) < timedelta(0):
        return told[0]
    seen = _versioned(seen, told and told[0])
    cache.set_many({name.figures: (seen, act), name.version: seen.version}, KEPT_SECONDS)
    if known is None:
        cache.set(name.looked, True, name.seconds)
    return seen


def forget(*names: Shared) -> None:
    """Let the next who asks look, as after the moment for which a look counts; what was told stays known."""
    cache.delete_many([name.looked for name in names])


def _is_still(name: Shared, known: tuple[Looked, Act], act: Act, at: datetime) -> bool:
    """Whether nothing was done since what is known; then it counts for another moment."""
    if not act.is_seen_by(name, known[1]) or not timedelta(0) <= _age(known, at) < name.longest:
        return False
    cache.set(name.looked, True, name.seconds)
    return True


def _age(known: tuple[Looked, Act], at: datetime) -> timedelta:
    return at - datetime.fromisoformat(known[0].at)


def _versioned(seen: Seen, before: Seen | None) -> Seen:
    """Return what was seen with its version: that of before if it is the same, else a later one."""
    version = int(datetime.fromisoformat(seen.at).timestamp() * _MICROSECONDS)
    names = [one.name for one in fields(seen) if one.name not in _OF_THE_LOOK]
    if before is None:
        return replace(seen, version=str(version), changed=dict.fromkeys(names, version))
    version = max(version, int(before.version) + 1)
    changed = {
        name: before.changed[name] if getattr(seen, name) == getattr(before, name) else version
        for name in names
    }
    latest = before.version if version not in changed.values() else str(version)
    return replace(seen, version=latest, changed=changed)
