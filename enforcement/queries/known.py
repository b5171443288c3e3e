"""What is known of plates that are looked at, read once for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enforcement.models import BootNotice, Citation, HotlistEntry
from enforcement.queries import citations as citing
from enforcement.queries import decisive, sightings
from enforcement.queries.citations import Standing
from enforcement.queries.decisive import Found
from enforcement.queries.held import is_held
from enforcement.queries.sightings import Seen
from enforcement.rules import places
from enforcement.rules.stays import Sight
from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key, regions_match
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from permits import queries as permits
from permits.models import LostHangtag
from permits.queries import Ask, Right
from permits.queries.right_rows import RightRow


@dataclass(frozen=True, slots=True)
class Look:
    """One question: a plate as typed, in a zone, at an instant; without a zone, at its position."""

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
        found = decisive.found(keys, [look.at for look in looks])
        self.near, self._rows = found.near, found.rights
        self._events: Events | None = None
        self.by = by.programme if by is not None else None
        self._versions: dict[int, InForce] = {}
        self.asked = [
            _naming(named, place, self._asked, look, key, by or self._in_force(found, look.at))
            for place, (look, key) in enumerate(zip(looks, keys, strict=True))
        ]
        self.rights: list[list[Right]] = permits.rights_for_many(
            [a.ask for a in self.asked], by=self.by, rows=found.rights
        )
        self.hotlist = _listed(keys) if found.has_listed else {}
        self.citations = _cited(keys) if found.has_cited else {}
        self.lost = self._lost() if found.has_lost else []
        self.marks = _marks(self.asked, found)
        self.shared = sightings.shared(found.on_permits)
        self.seen = sightings.in_order(found.seen)
        self._standings: citing.Standings | None = None
        self._notices: Mapping[str, list[BootNotice]] | None = None
        self._ended: dict[int, list[Right]] | None = None
        self._alike: dict[str, list[RightRow]] | None = None

    def _in_force(self, found: Found, at: datetime) -> InForce:
        number = found.version_at(at)
        if number not in self._versions:
            self._versions[number] = programme.version(number) if number else programme.in_force(at)
        return self._versions[number]

    def _asked(self, look: Look, key: str, in_force: InForce) -> Asked:
        zones = (zone_of(in_force, look.zone),) if look.zone else self._zones_at(look, in_force)
        rules = in_force.programme
        codes = [outer.code for zone in zones for outer in rules.zones_covering(zone.code)]
        if zones[0] is places.OUTSIDE:
            counts = rules.plate_checks.outside == "any_session"
            codes = [zone.code for zone in rules.zones] if counts else [places.OUTSIDE.code]
        return Asked(look, key, in_force, zones[0], tuple(dict.fromkeys(codes)))

    def _zones_at(self, look: Look, in_force: InForce) -> tuple[Zone, ...]:
        """The zones that decide where a look names none but its position; `OUTSIDE` where none does.

        :raises Refused: without a position.
        """
        rules = in_force.programme

        def is_enforced(zone: Zone) -> bool:
            has_event = any(window.during is not None for window in zone.enforced)
            return rules.holds(zone.enforced, look.at, events=self.events if has_event else None)

        if look.lat is None or look.lon is None:
            raise Refused("no_zone", "Name the zone, or give the position.", field="zone")
        here = rules.zones_at(look.lat, look.lon)
        return places.deciding(here, is_enforced) or (places.OUTSIDE,)

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
                if one.zone.grace and rights and not self._is_surely_free(rights)
            ]
            found = permits.ended_rights_for_many(
                [(one.ask, one.zone.grace.timedelta) for one in may_ask],
                by=self.by,
                rows=self._rows,
            )
            self._ended = {id(one): ended for one, ended in zip(may_ask, found, strict=True)}
        return self._ended.get(id(asked), [])

    def near_to(self, asked: Asked) -> Sequence[RightRow]:
        """Return the rights of plates that look like one that has none; read once for all such looks."""
        if self.near is not None:
            return self.near
        if self._alike is None:
            bare = [
                one
                for one, rights in zip(self.asked, self.rights, strict=True)
                if one.zone.max_stay or not self._is_surely_free(rights)
            ]
            instants = [one.look.at for one in bare] or [asked.look.at]
            self._alike = permits.rows_like(
                [one.key for one in bare], since=min(instants), until=max(instants)
            )
        return self._alike.get(asked.key, ())

    def _is_surely_free(self, rights: Sequence[Right]) -> bool:
        """Return whether a right holds whose places no other vehicle can have taken."""
        return any(
            right.holds_now and (right.on_site is None or right.permit_id not in self.shared)
            for right in rights
        )

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

    def standing(self, citations: Sequence[Citation], at: datetime) -> list[Standing]:
        """Return citations of these plates as they stand at `at`; what they rest on is read once."""
        if self._standings is None:
            owing = [c for own in self.citations.values() for c in own if c.fine_minor]
            self._standings = citing.Standings(owing)
        return self._standings.at(citations, at)

    def notice_for(self, asked: Asked) -> datetime | None:
        """Return when the vehicle's last boot notice was sent; read once for all that are cited."""
        if self._notices is None:
            rows = BootNotice.objects.filter(plate_key__in=list(self.citations))
            self._notices = _by_key(rows, "sent_at")
        told = self._notices.get(asked.key, ())
        sent = [row.sent_at for row in told if regions_match(row.region, asked.look.region)]
        return max((at for at in sent if at <= asked.look.at), default=None)

    def note(self, asked: Asked) -> None:
        """Count a look as a sight, for the looks that follow."""
        seen = Seen(asked.key, asked.look.plate, asked.zone.code, asked.look.at)
        self.seen.setdefault(asked.key, []).append(seen)


def _naming(named: str, place: int, work: Any, *arguments: Any) -> Any:
    """Do `work`; a refusal's field says which look it was about."""
    try:
        return work(*arguments)
    except Refused as refusal:
        if named:
            refusal.field = f"{named}.{place}.{refusal.field}"
        raise


def _listed(keys: Sequence[str]) -> dict[str, list[HotlistEntry]]:
    return _by_key(HotlistEntry.objects.filter(plate_key__in=keys), "pk")


def _cited(keys: Sequence[str]) -> dict[str, list[Citation]]:
    rows = Citation.objects.counting().filter(plate_key__in=keys)
    return _by_key(rows.annotate(is_held=is_held()), "issued_at", "pk")


def _by_key(rows: Any, *order: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows.order_by("plate_key", *order):
        found[row.plate_key].append(row)
    return found


def _marks(asked: Sequence[Asked], found: Found) -> Mapping[str, list[tuple[str, Sight]]]:
    """The chalk marks of plates in zones with a time limit."""
    timed = [(a, a.zone.max_stay) for a in asked if a.zone.max_stay is not None]
    if not timed or not found.has_marks:
        return {}
    since = min(a.look.at - sightings.reach_of(limit, a.zone.no_return) for a, limit in timed)
    until = max(a.look.at for a, _ in timed)
    return sightings.marks_of({a.key for a, _ in timed}, since=since, until=until)
