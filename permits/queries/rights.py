"""Whether a plate has a right to park in a zone at an instant, and why or why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parkops.kernel.codes import code_key
from parkops.kernel.periods import Period
from parkops.kernel.plates import deletions, folded, near_miss, regions_match
from parkops.kernel.windows import Events
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import PlateRight
from permits.queries import right_rows
from permits.queries.right_rows import PermitRow, RightRow, StayRow, by_plate
from permits.rules import grants
from permits.rules.status import Status, live_periods, status_at

REMEMBERED_FOR = timedelta(days=30)
"""A right that ended within this time is still told of, with its end, when a plate is checked."""
NEAR_MISSES = 5


@dataclass(frozen=True, slots=True)
class Right:
    """A right of a plate; with `holds_now` it holds in the asked zone at the asked instant.

    `because` says why or why not. `until` is when it ends or ended, `on_site` how many vehicles
    of the permit may be on site at once (None: any number).
    """

    kind: str
    number: str
    until: datetime
    holder_audience: str
    lifts_max_stay: bool
    permit_id: int | None
    on_site: int | None
    holds_now: bool
    because: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A plate with a right there and then that may have been meant, and how it differs; or a paid
    stay of this very plate in another zone. `session` is the paid stay's number, which can be moved
    once (`may_be_mended`)."""

    plate: str
    plate_key: str
    zone: str
    why: str
    session: str = ""
    may_be_mended: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: this plate, in this zone (and its ancestors, inside out), at this instant."""

    plate_key: str
    region: str
    zone_codes: tuple[str, ...]
    at: datetime


def rights_for(
    *, plate_key: str, region: str = "", zone_codes: Sequence[str], at: datetime
) -> list[Right]:
    """Return the rights of a plate: first those that hold in the zone at `at`, the longest first,
    then those that do not (elsewhere, later, suspended, lately ended), each with its reason."""
    return rights_for_many([Ask(plate_key, region, tuple(zone_codes), at)])[0]


def rights_for_many(
    asks: Sequence[Ask],
    *,
    by: Programme | None = None,
    rows: Mapping[str, Sequence[RightRow]] | None = None,
) -> list[list[Right]]:
    """Return `rights_for` of each question, in their order, by one statement for them all, or by
    none if the `rows` of their plates have been read.

    A permit grants what its type did when it was sold; with `by`, what the type does in that program.
    """
    if not asks:
        return []
    if rows is None:
        since = min(ask.at for ask in asks) - REMEMBERED_FOR
        rows = by_plate(right_rows.of_plates({ask.plate_key for ask in asks}, since=since))
    book = _Book([ask.at for ask in asks], by)
    return [
        _in_order(
            [
                right
                for row in rows.get(ask.plate_key, [])
                if regions_match(ask.region, row.region)
                and row.ends_at > ask.at - REMEMBERED_FOR
                and (right := book.right(row, ask.zone_codes, ask.at)) is not None
            ]
        )
        for ask in asks
    ]


def ended_rights_for(
    *,
    plate_key: str,
    region: str = "",
    zone_codes: Sequence[str],
    at: datetime,
    within: timedelta,
) -> list[Right]:
    """Return the rights that held in the zone and ended no longer than `within` before `at`, the
    latest first: the permit, stay or pass ran out, or its window closed."""
    ask = Ask(plate_key, region, tuple(zone_codes), at)
    return ended_rights_for_many([(ask, within)])[0]


def ended_rights_for_many(
    asks: Sequence[tuple[Ask, timedelta]],
    *,
    by: Programme | None = None,
    rows: Mapping[str, Sequence[RightRow]] | None = None,
) -> list[list[Right]]:
    """Return `ended_rights_for` of each question and its `within`, by one statement for them all, or
    by none if the `rows` of their plates have been read."""
    if not asks:
        return []
    book = _Book([ask.at for ask, _ in asks], by)
    if rows is None:
        since = min(ask.at - within for ask, within in asks) - REMEMBERED_FOR
        rows = by_plate(right_rows.of_plates({ask.plate_key for ask, _ in asks}, since=since))
    found = [
        [
            right
            for row in rows.get(ask.plate_key, [])
            if regions_match(ask.region, row.region)
            and (right := book.ended(row, ask.zone_codes, ask.at, within)) is not None
        ]
        for ask, within in asks
    ]
    return [sorted(one, key=lambda r: (r.until, r.number), reverse=True) for one in found]


def near_misses(
    *,
    plate_key: str,
    zone_codes: Sequence[str],
    at: datetime,
    rows: Iterable[RightRow] | None = None,
) -> list[NearMiss]:
    """Return up to five other plates with a right in the zone at `at` that look like this one, and
    paid stays of this one elsewhere; of the `rows` that look like it, if they have been read."""
    if rows is None:
        rows = right_rows.like_plate(near_keys(plate_key), at=at)
    book, found = _Book([at]), {}
    for row in rows:
        if row.plate_key in found or not row.starts_at <= at < row.ends_at:
            continue
        stay = row.session
        number, may_be_mended = (stay.number, stay.warned_at is None) if stay else ("", False)
        if row.plate_key == plate_key:
            here = {code_key(code) for code in zone_codes}
            if stay is not None and code_key(stay.zone_code) not in here:
                why = f"paid for {stay.zone_code}, not {zone_codes[0]}"
                found[plate_key] = NearMiss(
                    row.plate_text, plate_key, stay.zone_code, why, number, may_be_mended
                )
            continue
        why = near_miss(plate_key, row.plate_key) or ""
        right = book.right(row, zone_codes, at) if why else None
        if right is not None and right.holds_now:
            found[row.plate_key] = NearMiss(
                row.plate_text, row.plate_key, zone_codes[0], why, number, may_be_mended
            )
    return list(found.values())[:NEAR_MISSES]


def rows_like(
    plate_keys: Iterable[str], *, since: datetime, until: datetime
) -> dict[str, list[RightRow]]:
    """Return the rights in [since, until] of plates that look like these, by the plate that they are
    like: by one statement however many."""
    wanted = {plate_key: near_keys(plate_key) for plate_key in sorted(set(plate_keys))}
    return right_rows.like_plates(wanted, since=since, until=until)


def plates_on_permit(permit_id: int, at: datetime) -> list[str]:
    """Return the plate keys that a permit covers at `at`, its visitors' passes included."""
    rows = PlateRight.objects.filter(
        permit_id=permit_id, starts_at__lte=at, ends_at__gt=at
    ).order_by("pk")
    return list(dict.fromkeys(rows.values_list("plate_key", flat=True)))


def near_keys(plate_key: str) -> list[str]:
    """Return what a plate shares with its near misses: its own deletions, and its folded form."""
    return sorted(deletions(plate_key) | {f"~{folded(plate_key)}"})


def _in_order(rights: list[Right]) -> list[Right]:
    return sorted(
        rights, key=lambda r: (not r.holds_now, r.kind != "session", -r.until.timestamp(), r.number)
    )


@dataclass(frozen=True, slots=True)
class _Granted:
    """What a permit type grants in a zone, in words too, and when, over the time that is asked about."""

    reach: grants.Reach
    text: str
    spans: Sequence[Period]


class _Book:
    """Works out rights at some instants, with the declared events read once and only if a window asks.

    Permits grant what they did when they were sold, or with `by` what their type does there.
    """

    def __init__(self, instants: Sequence[datetime], by: Programme | None = None) -> None:
        self._over = Period(min(instants), max(instants) + grants.LOOK_AHEAD)
        self._by = by
        self._versions: dict[int, Programme] = {}
        self._events: Events | None = None
        self._known: dict[tuple[int, str, tuple[str, ...]], _Granted | None] = {}

    def _rules(self, permit: PermitRow) -> tuple[Programme, PermitType | None]:
        """Return the program that a permit is judged by, and its type there."""
        rules = self._by or self._version(permit.programme_version)
        return rules, rules.permit_type(permit.type_code)

    def _version(self, number: int) -> Programme:
        if number not in self._versions:
            self._versions[number] = programme.version(number).programme
        return self._versions[number]

    def _granted(
        self, permit: PermitRow, rules: Programme, kind: PermitType, zone_codes: Sequence[str]
    ) -> _Granted | None:
        """Return what a type grants in a zone; worked out once, however many permits of it there are."""
        asked = permit.programme_version, permit.type_code, tuple(zone_codes)
        if asked not in self._known:
            reach = grants.reach(kind.grants, zone_codes)
            self._known[asked] = self._told(rules, reach) if reach is not None else None
        return self._known[asked]

    def _told(self, rules: Programme, reach: grants.Reach) -> _Granted:
        if any(window.is_always for window in reach.windows):
            return _Granted(reach, reach.text, [self._over])
        events = self.events if grants.has_event(reach.windows) else None
        spans = rules.periods(reach.windows, self._over, events=events)
        return _Granted(reach, reach.text, spans)

    @property
    def events(self) -> Events:
        if self._events is None:
            declared = programme.event_periods()
            self._events = {code_key(code): spans for code, spans in declared.items()}
        return self._events

    def right(self, row: RightRow, zone_codes: Sequence[str], at: datetime) -> Right | None:
        """Return the right of a row at `at`; None if it never was one (an unpaid cart, a
        pass called off before it began)."""
        if row.session is not None:
            return self._session(row, row.session, zone_codes, at)
        return self._permit(row, zone_codes, at)

    def ended(
        self, row: RightRow, zone_codes: Sequence[str], at: datetime, within: timedelta
    ) -> Right | None:
        """Return the right of a row if it held and ended in the `within` before `at`."""
        span = Period(at - within, at)
        last = max((part.end for part in self._held(row, zone_codes, span)), default=None)
        if last is None:
            return None
        right = self.right(row, zone_codes, at)
        if right is None or right.holds_now:
            return None
        return Right(
            right.kind,
            right.number,
            last,
            right.holder_audience,
            right.lifts_max_stay,
            right.permit_id,
            right.on_site,
            False,
            f"{_titled(right.kind)} {right.number} ended {_clock(last, row)}.",
        )

    def _held(self, row: RightRow, zone_codes: Sequence[str], span: Period) -> list[Period]:
        """Return when inside `span`, or up to its start, the row's right held in the zone."""
        # A right that ends exactly `within` ago still counts: the span is asked a little longer.
        span = Period(span.start - timedelta(seconds=1), span.end)
        own = Period(row.starts_at, row.ends_at).overlap(span)
        if own is None:
            return []
        if row.session is not None:
            here = code_key(row.session.zone_code) in {code_key(code) for code in zone_codes}
            return [own] if here else []
        permit = _permit_of(row)
        rules, kind = self._rules(permit)
        granted = self._granted(permit, rules, kind, zone_codes) if kind is not None else None
        if granted is None:
            return []
        reach = granted.reach
        live = [part for p in live_periods(permit.life) if (part := p.overlap(own))]
        if any(window.is_always for window in reach.windows):
            return live
        events = self.events if grants.has_event(reach.windows) else None
        return [held for part in live for held in rules.periods(reach.windows, part, events=events)]

    def _session(
        self, row: RightRow, stay: StayRow, zone_codes: Sequence[str], at: datetime
    ) -> Right:
        here = code_key(stay.zone_code) in {code_key(code) for code in zone_codes}
        begun, over = row.starts_at <= at, at >= row.ends_at
        if not here:
            because = f"Paid stay {stay.number} is for {stay.zone_code}."
        elif over:
            because = f"Paid stay {stay.number} ended {_clock(row.ends_at, row)}."
        elif not begun:
            because = f"Paid stay {stay.number} starts {_clock(row.starts_at, row)}."
        else:
            because = (
                f"Paid stay {stay.number} in {stay.zone_code} runs to {_clock(row.ends_at, row)}."
            )
            if stay.moved_from:
                because += f" It was bought for {stay.moved_from} and moved after a warning."
        return Right(
            "session",
            stay.number,
            row.ends_at,
            "",
            True,
            None,
            None,
            here and begun and not over,
            because,
        )

    def _permit(self, row: RightRow, zone_codes: Sequence[str], at: datetime) -> Right | None:
        permit = _permit_of(row)
        status = status_at(permit.life, at)
        called_off = row.kind == PlateRight.Kind.VISITOR and row.starts_at == row.ends_at
        if permit.life.paid_at is None or called_off:
            return None
        rules, kind = self._rules(permit)
        until = row.ends_at
        name = f"{_titled(row.kind)} {permit.number}"
        if kind is None:
            return _retired(permit, row, name)
        granted = self._granted(permit, rules, kind, zone_codes)
        holds = False
        if granted is None:
            zones = ", ".join(dict.fromkeys(z for grant in kind.grants for z in grant.zones))
            because = f"{name} does not cover {zone_codes[0]}; it grants {zones}."
        elif status is not Status.ACTIVE:
            because = _why_not(name, status, permit, row)
            if status is Status.EXPIRED:
                until = min(until, permit.life.ends_at)
        elif at >= row.ends_at:
            because = f"{name} no longer covers this plate since {_clock(row.ends_at, row)}."
            if row.kind == PlateRight.Kind.VISITOR:
                because = f"{name} ended {_clock(row.ends_at, row)}."
        elif at < row.starts_at:
            because = f"{name} covers this plate from {_clock(row.starts_at, row)}."
        else:
            held = grants.held_until(granted.spans, at, row.ends_at)
            holds = held is not None
            until = held or until
            because = f"{name} grants {granted.text}{'.' if holds else ', so not now.'}"
        return Right(
            str(row.kind),
            permit.number,
            until,
            permit.audience,
            kind.lifts_max_stay,
            permit.id,
            kind.vehicles.on_site,
            holds,
            because,
        )


def _retired(permit: PermitRow, row: RightRow, name: str) -> Right:
    """The right of a permit whose type the program that judges it has not: none."""
    because = f"{name} is a {permit.type_code}; the program has no such permit type."
    kind = str(row.kind)
    return Right(
        kind,
        permit.number,
        row.ends_at,
        permit.audience,
        False,
        permit.id,
        None,
        False,
        because,
    )


def _permit_of(row: RightRow) -> PermitRow:
    """Return what a right that is no paid stay's rests on; the database sees that it is there."""
    if row.permit is None:
        raise LookupError(f"{row} rests on nothing")
    return row.permit


def _why_not(name: str, status: Status, permit: PermitRow, row: RightRow) -> str:
    words = {
        Status.HELD: "is not paid yet",
        Status.PENDING: "waits for approval",
        Status.SCHEDULED: f"starts {_clock(permit.life.starts_at, row)}",
        Status.SUSPENDED: "is suspended",
        Status.EXPIRED: f"ended {_clock(permit.life.ends_at, row)}",
        Status.CANCELLED: "was canceled",
        Status.REVOKED: "was revoked",
    }
    return f"{name} {words[status]}."


def _titled(kind: str) -> str:
    return {"permit": "Permit", "session": "Paid stay", "pass": "Visitor pass of permit"}[str(kind)]


def _clock(at: datetime, row: RightRow) -> str:
    source = row.session or _permit_of(row)
    zone = programme.version(source.programme_version).programme.tz
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"
