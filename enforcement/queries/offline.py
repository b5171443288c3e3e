"""What an officer's device is given to check plates without a network, whole or as what changed.

The API page of the guides says what each part means.
"""

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from enforcement.models import HotlistEntry, OfflineCopy
from enforcement.queries import boots, offline_sights, sightings
from enforcement.queries.checks import EXEMPT, money_json
from parkops.api.values import instant_out
from parkops.kernel.dates import Duration, midnight
from parkops.kernel.periods import Period
from parkops.kernel.windows import describe
from parkops.programme import queries as programme
from parkops.programme.queries import InForce
from parkops.programme.schema import Zone
from permits.queries import entitlements, hangtags
from permits.queries.entitlements import digest, seconds_of

AHEAD = timedelta(hours=24)
"""For so long a copy answers."""
EVERYWHERE = -1
"""The place of a right that holds in every zone."""
_packed = json.JSONEncoder(separators=(",", ":")).encode
_CURSOR = re.compile(r"(\d{1,19})-(\d{1,12})-(\d{1,12})-(\d{1,12})-([0-9a-f]{16})-([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a device is given: over which hours, and where it may go on from. `changed` are the
    plates to give anew, None for all; `since` when the device asked before."""

    in_force: InForce
    over: Period
    taken_at: datetime
    cursor: str
    changed: frozenset[str] | None = None
    since: datetime | None = None

    @property
    def is_full(self) -> bool:
        """Whether it is all."""
        return self.changed is None


def plan(copy: OfflineCopy, *, after: str, at: datetime) -> Plan:
    """Return what a device gets that asks for what changed after the cursor `after`: everything where
    there is none, or where it is another program's, another key's, or too old."""
    in_force = programme.in_force(at)
    grace = max((zone.grace.timedelta for zone in in_force.programme.zones), default=timedelta())
    # Before anything else is read: what is written meanwhile is given again.
    lowest, next_one = entitlements.horizon()
    named = hashlib.sha256(bytes(copy.key)).hexdigest()[:16]
    begun = _CURSOR.fullmatch(after)
    if begun is not None:
        lowest_seen, began, ends, asked = (int(number) for number in begun.groups()[:4])
        whole = Period(datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(ends, UTC))
        # A number that none has yet is of another database, of which this is a copy.
        is_known = lowest_seen <= next_one and whole.contains(at)
        if is_known and begun.groups()[4:] == (_rules(in_force, whole), named):
            changed = frozenset(entitlements.changes_since(lowest_seen))
            cursor = _cursor(lowest, whole, at, begun[5], named)
            since = datetime.fromtimestamp(asked, UTC) - offline_sights.LATE
            return Plan(in_force, Period(at - grace, whole.end), at, cursor, changed, since)
    began_at = at.replace(microsecond=0)
    ends_at = min([began_at + AHEAD, *programme.changes_after(at)])
    whole = Period(began_at, max(ends_at, at).replace(microsecond=0))
    cursor = _cursor(lowest, whole, at, _rules(in_force, whole), named)
    return Plan(in_force, Period(at - grace, whole.end), at, cursor)


def parts(copy: OfflineCopy, plan: Plan) -> Iterator[list[str]]:
    """Yield the JSON of what a device is given, piece by piece."""
    key = bytes(copy.key)
    head: dict[str, Any] = {
        "taken_at": instant_out(plan.taken_at),
        "until": instant_out(plan.over.end),
        "cursor": plan.cursor,
        "full": plan.is_full,
        "programme_version": plan.in_force.number,
    }
    if plan.is_full:
        head["key"] = base64.b64encode(key).decode()
        head["zones"] = zones(plan)
        head["days"] = _days(plan)
    exempt = _exempt(key, plan)
    gone = {digest(key, plate) for plate in plan.changed or ()}
    between = ""
    yield [json.dumps(head)[:-1], ', "rights": {']
    codes = [zone.code for zone in plan.in_force.programme.zones]
    for plates in entitlements.entitled(
        key=key, zones=codes, over=plan.over, plate_keys=plan.changed
    ):
        lines = []
        for name, rights in plates:
            held = [*map(_right, rights), *exempt.pop(name, ())]
            lines.append(f'{between}"{name}":{_packed(held)}')
            between = ","
            gone.discard(name)
        yield lines
    for name, held in exempt.items():
        yield [f'{between}"{name}":{_packed(held)}']
        between = ","
    gone -= exempt.keys()
    tail: dict[str, Any] = {"alerts": _alerts(key, plan), "removed": sorted(gone)}
    at, since = plan.taken_at, plan.since
    tail["seen"] = offline_sights.seen(key, at=at, since=since, plate_keys=plan.changed or ())
    tail["marks"] = offline_sights.marks(key, plan.in_force.programme, at=at, since=since)
    yield ["}, ", json.dumps(tail)[1:]]


def zones(plan: Plan) -> list[dict[str, Any]]:
    """Return the zones with when they are enforced in these hours, and what may be raised there."""
    rules, events = plan.in_force.programme, programme.event_periods()
    return [
        {
            "code": zone.code,
            "name": zone.name,
            "kind": zone.kind,
            "parent": zone.within,
            "covers": [outer.code for outer in rules.zones_covering(zone.code)],
            "enforced": [
                seconds_of(span)
                for span in rules.periods(zone.enforced, _seen_over(zone, plan), events=events)
            ],
            "hours": describe(zone.enforced) if zone.enforced else "never",
            "grace": int(zone.grace.timedelta.total_seconds()),
            "max_stay": _seconds(zone.max_stay),
            "no_return": _seconds(zone.no_return),
            "moved": zone.moved,
            "by_day": zone.stays == "day",
            "paid": bool(rules.rates_for(zone.code)),
            "violations": [
                {
                    "code": violation.code,
                    "name": violation.name,
                    "fine": money_json(violation.fine),
                    "raised_by": violation.raised_by,
                }
                for violation in rules.violations_in(zone.code)
            ],
            "priority": zone.priority,
            "polygon": zone.geometry,
        }
        for zone in rules.zones
    ]


def _days(plan: Plan) -> list[int]:
    """When the tenant's days begin that these hours are of."""
    tz = plan.in_force.programme.tz
    first, last = (moment.astimezone(tz).date() for moment in (plan.over.start, plan.over.end))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [int(midnight(day, tz).timestamp()) for day in days]


def _seconds(duration: Duration | None) -> int | None:
    return int(duration.timedelta.total_seconds()) if duration is not None else None


def _seen_over(zone: Zone, plan: Plan) -> Period:
    """The hours of a zone that a device is told: where stays are timed also those before, for a stay
    counts from when they began at the earliest."""
    if zone.max_stay is None:
        return plan.over
    reach = sightings.reach_of(zone.max_stay, zone.no_return)
    return Period(plan.over.start - reach, plan.over.end)


def _cursor(lowest: int, whole: Period, at: datetime, rules: str, named: str) -> str:
    start, end = seconds_of(whole)
    return f"{lowest}-{start}-{end}-{int(at.timestamp())}-{rules}-{named}"


def _rules(in_force: InForce, whole: Period) -> str:
    """A digest of everything that is worked out beforehand for these hours: the version in force,
    those to come, and the events declared."""
    told = [str(in_force.number), *(at.isoformat() for at in programme.changes_after(whole.start))]
    for code, spans in sorted(programme.event_periods().items()):
        on = [span for span in spans if span.overlaps(whole)]
        told += [f"{code} {span.start.isoformat()} {span.end.isoformat()}" for span in on]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _right(right: entitlements.Entitled) -> Sequence[Any]:
    if not any(right[4:]):
        return right[:4]
    more = [right.region, int(right.lifts_max_stay), right.on_site or 0, right.permit]
    while not more[-1]:
        more.pop()
    return [*right[:4], *more]


def _listed(plan: Plan) -> list[HotlistEntry]:
    now, rows = plan.taken_at, HotlistEntry.objects.filter(removed_at__isnull=True)
    rows = rows.filter(Q(until_at__isnull=True) | Q(until_at__gt=now), added_at__lte=now)
    if plan.changed is not None:
        rows = rows.filter(plate_key__in=plan.changed)
    return list(rows.order_by("pk"))


def _exempt(key: bytes, plan: Plan) -> dict[str, list[list[Any]]]:
    """The vehicles that may stand anywhere, as rights."""
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for entry in _listed(plan):
        if entry.kind == EXEMPT:
            until = min(entry.until_at or plan.over.end, plan.over.end)
            start, end = seconds_of(Period(max(entry.added_at, plan.over.start), until))
            held: list[Any] = [EVERYWHERE, start, end, EXEMPT]
            found[digest(key, entry.plate_key)].append(
                [*held, entry.region] if entry.region else held
            )
    return dict(found)


def _alerts(key: bytes, plan: Plan) -> dict[str, list[list[Any]]]:
    """What officers are told of plates, whatever the verdict: [kind, text, whether it stands now]."""
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for entry in _listed(plan):
        found[digest(key, entry.plate_key)].append([entry.kind, entry.note or entry.kind, True])
    for plate, text in hangtags.lost_by_plate(at=plan.taken_at, keys=plan.changed):
        found[digest(key, plate)].append(["lost_permit", text, True])
    for row in boots.in_arrears(at=plan.taken_at, plate_keys=plan.changed):
        told = ["boot", row.arrears.text, row.arrears.may_boot]
        found[digest(key, row.plate_key)].append(told)
    return found
