"""What is known of plates that are looked at, read once for all of them."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from enforcement.models import Citation, HotlistEntry
from enforcement.queries import sightings
from enforcement.queries.sightings import Seen, Shared
from enforcement.rules.stays import Sight
from enforcement.rules.verdicts import SEEN_ON_SITE
from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from permits import queries as permits
from permits.models import LostHangtag
from permits.queries import Ask, Right

# One statement for what most plates have none of, and for the versions; it is run for every look.
_GLANCE = """
SELECT (SELECT json_agg(json_build_array(number, begins_at) ORDER BY begins_at NULLS FIRST, number)
          FROM programme_version),
       EXISTS (SELECT 1 FROM enforcement_hotlistentry WHERE plate_key = ANY(%(keys)s)),
       EXISTS (SELECT 1 FROM enforcement_citation
                WHERE plate_key = ANY(%(keys)s) AND plate_key <> ''),
       EXISTS (SELECT 1 FROM permits_losthangtag)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One question: a plate as typed, in a zone, at an instant."""

    plate: str
    region: str
    zone: str
    at: datetime
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A look that was understood: the plate's key, the zone in the version of that instant."""

    look: Look
    key: str
    in_force: InForce
    zone: Zone
    zone_codes: tuple[str, ...]

    @property
    def ask(self) -> Ask:
        """What is asked of the plate's rights."""
        return Ask(self.key, self.look.region, self.zone_codes, self.look.at)


def key_of(plate: str, *, field_name: str = "plate") -> str:
    """Return the key of a plate as typed.

    :raises Refused: if it has none, naming the field.
    """
    try:
        return plate_key(plate)
    except ValueError as error:
        raise Refused("plate", str(error), field=field_name) from error


def zone_of(in_force: InForce, code: str) -> Zone:
    """Return the zone of this code.

    :raises Refused: if the version has none, naming the field.
    """
    zone = in_force.programme.zone(code)
    if zone is None:
        raise Refused("unknown_zone", f"The program has no zone {code}.", field="zone")
    return zone


class Known:
    """Everything that the answers to some looks rest on.

    The number of statements does not grow with the looks. `named` leads the field of a refusal:
    `reads.3.plate`. With `by`, everything is judged by that program, whatever was in force.

    :raises Refused: for a plate that is none, or a zone that the version of its time has not.
    """

    def __init__(
        self, looks: Sequence[Look], *, named: str = "", by: InForce | None = None
    ) -> None:
        keys = [_naming(named, place, key_of, look.plate) for place, look in enumerate(looks)]
        glance = _glance(keys)
        self.by = by.programme if by is not None else None
        self.asked = [
            _naming(named, place, _asked, look, key, by or glance.in_force(look.at))
            for place, (look, key) in enumerate(zip(looks, keys, strict=True))
        ]
        self.rights: list[list[Right]] = permits.rights_for_many(
            [a.ask for a in self.asked], by=self.by
        )
        listed = HotlistEntry.objects.filter(plate_key__in=keys)
        self.hotlist = _by_key(listed, "pk") if glance.has_listed else {}
        cited = Citation.objects.counting().filter(plate_key__in=keys)
        self.citations = _by_key(cited, "issued_at", "pk") if glance.has_cited else {}
        self.lost = self._lost() if glance.has_lost else []
        self.marks = _marks(self.asked)
        self.shared, self.seen = _sharing(self.asked, self.rights)
        self._events: Events | None = None
        self._ended: dict[int, list[Right]] | None = None

    @property
    def events(self) -> Events:
        """When events are on; read only if a window asks."""
        if self._events is None:
            self._events = programme.event_periods()
        return self._events

    def ended_for(self, asked: Asked) -> list[Right]:
        """Return the plate's rights that ended within the zone's grace; read once for all looks
        that may ask: those with rights, in a zone with grace, where not a plain right holds."""
        if self._ended is None:
            may_ask = [
                one
                for one, rights in zip(self.asked, self.rights, strict=True)
                if one.zone.grace
                and rights
                and not any(right.holds_now and right.on_site is None for right in rights)
            ]
            found = permits.ended_rights_for_many(
                [(one.ask, one.zone.grace.timedelta) for one in may_ask], by=self.by
            )
            self._ended = {id(one): ended for one, ended in zip(may_ask, found, strict=True)}
        return self._ended.get(id(asked), [])

    def lost_for(self, asked: Asked, rights: Sequence[Right]) -> list[LostHangtag]:
        """Return the hangtags that are worth nothing then: the one typed, and those of the rights."""
        by = {right.permit_id for right in rights}
        return [
            lost
            for lost in self.lost
            if (lost.tag_key == asked.key or lost.permit_id in by)
            and lost.reported_at <= asked.look.at
            and (lost.found_at is None or asked.look.at < lost.found_at)
        ]

    def _lost(self) -> list[LostHangtag]:
        by = {right.permit_id for found in self.rights for right in found if right.permit_id}
        return permits.lost_hangtags(typed={asked.key for asked in self.asked}, permit_ids=by)

    def note(self, asked: Asked) -> None:
        """Count a look as a sight, for the looks that follow."""
        seen = Seen(asked.key, asked.look.plate, asked.zone.code, asked.look.at)
        self.seen.setdefault(asked.key, []).append(seen)


@dataclass(frozen=True, slots=True)
class _Glance:
    """Which versions began when (None: since ever), and whether there is more to read at all."""

    versions: list[tuple[int, datetime | None]] = field(default_factory=list)
    has_listed: bool = False
    has_cited: bool = False
    has_lost: bool = False

    def in_force(self, at: datetime) -> InForce:
        numbers = [n for n, begins_at in self.versions if begins_at is None or begins_at <= at]
        return programme.version(numbers[-1]) if numbers else programme.in_force(at)


def _glance(keys: Collection[str]) -> _Glance:
    with connection.cursor() as cursor:
        cursor.execute(_GLANCE, {"keys": sorted(set(keys))})
        versions, has_listed, has_cited, has_lost = cursor.fetchone()
    versions = json.loads(versions) if isinstance(versions, str) else versions
    begun = [(n, datetime.fromisoformat(at) if at else None) for n, at in versions or []]
    return _Glance(begun, has_listed, has_cited, has_lost)


def _asked(look: Look, key: str, in_force: InForce) -> Asked:
    zone = zone_of(in_force, look.zone)
    codes = tuple(outer.code for outer in in_force.programme.zones_covering(zone.code))
    return Asked(look, key, in_force, zone, codes)


def _naming(named: str, place: int, work: Any, *arguments: Any) -> Any:
    """Do `work`; a refusal's field says which look it was about."""
    try:
        return work(*arguments)
    except Refused as refusal:
        if named:
            refusal.field = f"{named}.{place}.{refusal.field}"
        raise


def _by_key(rows: Any, *order: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows.order_by("plate_key", *order):
        found[row.plate_key].append(row)
    return found


def _marks(asked: Sequence[Asked]) -> Mapping[str, list[tuple[str, Sight]]]:
    """The chalk marks of plates in zones with a time limit."""
    timed = [(a, a.zone.max_stay) for a in asked if a.zone.max_stay is not None]
    if not timed:
        return {}
    since = min(a.look.at - sightings.reach_of(limit, a.zone.no_return) for a, limit in timed)
    until = max(a.look.at for a, _ in timed)
    return sightings.marks_of({a.key for a, _ in timed}, since=since, until=until)


def _sharing(
    asked: Sequence[Asked], rights: Sequence[Sequence[Right]]
) -> tuple[Mapping[int, Shared], dict[str, list[Seen]]]:
    """The permits of several plates with a limit on site, and where their plates were seen."""
    limited = {
        right.permit_id
        for found in rights
        for right in found
        if right.holds_now and right.on_site is not None and right.permit_id is not None
    }
    if not limited:
        return {}, {}
    first, last = min(a.look.at for a in asked), max(a.look.at for a in asked)
    shared = sightings.shared_permits(limited, since=first, until=last)
    keys = {plate.plate_key for permit in shared.values() for plate in permit.plates}
    if not keys:
        return shared, {}
    return shared, sightings.seen_lately(keys, since=first - SEEN_ON_SITE, until=last)
