"""What a programme says that is valid but surely unwanted."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_days, midnight
from parkops.kernel.money import Money
from parkops.kernel.periods import Period, common, merged, without
from parkops.kernel.windows import Window, clock, day_names, describe
from parkops.programme.geometry import overlap
from parkops.programme.permit_schema import Fixed, PermitType, Rolling
from parkops.programme.schema import Programme, Zone
from parkops.programme.violation_schema import Ladder, Violation

Windows = tuple[Window, ...]


def findings(programme: Programme, *, today: date) -> list[str]:
    """Return one line for each thing that is surely unwanted, as things stand on `today` (local).

    Windows are looked at over the year from `today`, with every event taken to be on.
    """
    return [
        *_zones_without_permits(programme),
        *_audiences_without_permits(programme),
        *_windows_without_cover(programme, today),
        *_hidden_from_audiences(programme, today),
        *_violations_never_raised(programme),
        *(
            line
            for kind in programme.permit_types
            for line in _permit_type(kind, today, is_counted=bool(programme.quotas_of(kind.code)))
        ),
        *_grants_that_nobody_needs(programme, today),
        *_areas_that_none_decides(programme, today),
        *_shared_numbers(programme),
        *_shared_quotas(programme),
        *_shared_limits(programme),
        *(line for violation in programme.violations for line in _violation(violation)),
        *_former_codes(programme),
        *_unused_names(programme),
    ]


def _zones_without_permits(programme: Programme) -> Iterator[str]:
    grants = [grant for kind in programme.permit_types for grant in kind.grants]
    for zone in programme.zones:
        only_groups = not zone.enforced and programme.descendants(zone.code)
        if only_groups or any(programme.covers(grant.zones, zone.code) for grant in grants):
            continue
        yield f"zone {zone.code}: no permit type grants it"


def _audiences_without_permits(programme: Programme) -> Iterator[str]:
    named = {code_key(code) for kind in programme.permit_types for code in kind.audience}
    named |= {code_key(code) for kind in programme.permit_types for code in kind.price.audiences}
    is_open = any(not kind.audience for kind in programme.permit_types)
    for audience in programme.audiences:
        if code_key(audience.code) in named:
            continue
        but = ", only those open to everyone" if is_open else ""
        yield f"audience {audience.code}: no permit type sells to it{but}"


def _year(programme: Programme, today: date) -> Period:
    begins = midnight(today, programme.tz)
    return Period(begins, begins + timedelta(days=366))


def _meeting(programme: Programme, today: date) -> Callable[[Windows, Windows], bool]:
    """Return what tells whether two lists of windows ever hold at once in the year from `today`."""
    year = _year(programme, today)
    always_on = {code_key(event): [year] for event in programme.events}
    known: dict[Windows, list[Period]] = {}

    def periods(when: Windows) -> list[Period]:
        if when not in known:
            known[when] = programme.periods(when, year, events=always_on)
        return known[when]

    return lambda one, other: bool(common(periods(one), periods(other)))


def _windows_without_cover(programme: Programme, today: date) -> Iterator[str]:
    meet, year = _meeting(programme, today), _year(programme, today)
    for zone in programme.zones:
        if zone.max_stay is not None and not programme.rates_for(zone.code):
            continue
        covers = _covers(programme, zone)
        reached = []
        for window in zone.enforced:
            if any(meet((window,), cover) for cover in covers):
                reached.append(window)
                continue
            when = describe([window])
            yield f"zone {zone.code}: enforced {when}, which no permit or rate covers"
        gaps = _gaps(programme, reached, covers, year)
        if gaps:
            yield f"zone {zone.code}: no permit or rate covers {gaps}, when it is enforced"
    for n, rate in enumerate(programme.sessions.rates):
        for code in rate.zones:
            inside = [place for place in programme.zones if programme.covers([code], place.code)]
            if not any(meet(place.enforced, rate.when) for place in inside if place.enforced):
                when = describe(rate.when)
                yield f"sessions.rates.{n}: charges {code} {when}, when it is not enforced"


def _gaps(
    programme: Programme, enforced: list[Window], covers: list[tuple[Window, ...]], year: Period
) -> str:
    """When a part of what is enforced is covered by nothing, in words: "Sun 07:00-09:00"."""
    if not enforced or any(window.is_always for when in covers for window in when):
        return ""
    always_on = {code_key(event): [year] for event in programme.events}
    covered = merged(
        span for when in covers for span in programme.periods(when, year, events=always_on)
    )
    spans = programme.periods(tuple(enforced), year, events=always_on)
    found: dict[tuple[int, int], list[date]] = {}
    for gap in without(spans, covered):
        for day, part in local_days(gap, programme.tz):
            first = _minute(part.start, programme)
            last = _minute(part.end, programme) or 24 * 60
            found.setdefault((first, last), []).append(day)
    weekly = sorted(found.items(), key=lambda gap: (-len(gap[1]), gap[0]))
    told = [f"{_days(days)} {clock(first)}-{clock(last)}" for (first, last), days in weekly]
    more = f" and {len(told) - MOST_GAPS} other times" if len(told) > MOST_GAPS else ""
    return f"{', '.join(told[:MOST_GAPS])}{more}"


MOST_GAPS = 3
FEW_DAYS = 12


def _days(days: list[date]) -> str:
    """Days of a year in words: those of the week where they come again, else the first of them."""
    if len(days) > FEW_DAYS:
        return str(day_names(frozenset(day.weekday() for day in days)))
    return f"{days[0]}{f' and {len(days) - 1} other days' if days[1:] else ''}"


def _minute(at: datetime, programme: Programme) -> int:
    local = at.astimezone(programme.tz)
    return local.hour * 60 + local.minute


def _hidden_from_audiences(programme: Programme, today: date) -> Iterator[str]:
    """Audiences that permit types name and of which none can be bought now or later, and why."""
    for audience in programme.audiences:
        kinds = [k for k in programme.permit_types if k.is_for([audience.code])]
        named = [k for k in kinds if k.audience]
        hidden = {kind.code: _hidden(kind, today) for kind in kinds}
        if named and all(hidden.values()):
            why = ", ".join(f"{kind.code} because {hidden[kind.code]}" for kind in named)
            yield f"audience {audience.code}: hidden from it: {why}"


def _hidden(kind: PermitType, today: date) -> str:
    if kind.visibility == "link":
        return "it is shown only to those with its link"
    if kind.visibility == "staff":
        return "it is sold by staff only"
    if kind.on_sale.closes is not None and kind.on_sale.closes.on <= today:
        return f"its sale ended on {kind.on_sale.closes}"
    if isinstance(kind.term, Fixed) and kind.term.ends_on <= today:
        return f"its term ended on {kind.term.ends_on}"
    return ""


def _covers(programme: Programme, zone: Zone) -> list[Windows]:
    """The windows of every grant and rate that cover the zone, those without limits first."""
    grants = [grant for kind in programme.permit_types for grant in kind.grants]
    covers = [grant.when for grant in grants if programme.covers(grant.zones, zone.code)]
    covers += [rate.when for rate in programme.rates_for(zone.code)]
    unique = list(dict.fromkeys(covers))
    return sorted(unique, key=lambda when: not any(window.is_always for window in when))


def _violations_never_raised(programme: Programme) -> Iterator[str]:
    for violation in programme.violations:
        zones = [z for z in programme.zones if programme.may_be_raised(violation, z.code)]
        why = _never_raised(programme, violation, zones)
        if why:
            yield f"violation {violation.code}: no zone can raise it, {why}"


def _never_raised(programme: Programme, violation: Violation, zones: list[Zone]) -> str | None:
    enforced = [zone for zone in zones if zone.enforced]
    if violation.raised_by == "unauthorized" and not enforced:
        return "for none of its zones is ever enforced"
    if violation.raised_by == "overtime" and not any(zone.max_stay for zone in enforced):
        return "for none of its zones is enforced with a max_stay"
    if violation.raised_by == "second_vehicle":
        limited = [k for k in programme.permit_types if k.vehicles.on_site is not None]
        granted = [grant.zones for kind in limited for grant in kind.grants]
        if not any(programme.covers(codes, zone.code) for codes in granted for zone in enforced):
            return "for no permit type that limits vehicles on site grants an enforced one"
    return None


def _permit_type(kind: PermitType, today: date, *, is_counted: bool) -> Iterator[str]:
    name, sale, term = f"permit type {kind.code}", kind.on_sale, kind.term
    if sale.closes is not None and sale.closes.on <= today:
        yield f"{name}: its sale ended on {sale.closes}"
    elif isinstance(term, Fixed) and term.ends_on <= today:
        yield f"{name}: its sale has ended, for its term ended on {term.ends_on}"
    if isinstance(term, Fixed) and sale.opens is not None and sale.opens.on >= term.ends_on:
        yield f"{name}: its sale begins on {sale.opens}, after its term"
    for cohort in sale.cohorts:
        for code in cohort.audience:
            if not kind.is_for([code]):
                yield f"{name}: it has a cohort for {code}, to whom it is not sold"
    if sale.waiting_room is not None and not (sale.opens or sale.cohorts):
        yield f"{name}: it has a waiting room and no moment at which its sale opens"
    if sale.lottery is not None and sale.lottery.closes.on <= today and isinstance(term, Rolling):
        yield f"{name}: its lottery was drawn on {sale.lottery.closes}; it is sold to anyone since"
    if kind.waitlist is not None and kind.quota is None and not is_counted:
        yield f"{name}: it has a waitlist and no quota, so that nobody ever waits"
    if kind.waitlist is not None:
        for code in kind.waitlist.priority:
            if not kind.is_for([code]):
                yield f"{name}: its waitlist puts {code} first, to whom it is not sold"
    if kind.approval == "documents" and not kind.documents:
        yield f"{name}: approval: documents asks for documents and names none"
    if kind.documents and kind.approval != "documents":
        yield f"{name}: it names documents and approval: {kind.approval} asks for none"
    if kind.numbers is not None and kind.credential == "virtual":
        yield f"{name}: it has numbers for hangtags and its credential is virtual"
    most = kind.quota.limit if kind.quota else None
    if kind.numbers is not None and most is not None and kind.numbers.count < most:
        yield f"{name}: it has {kind.numbers.count} numbers for the {most} that may be sold"
    last = kind.refund.none_after
    if isinstance(term, Fixed) and last is not None and last < term.starts_on:
        yield f"{name}: nothing is ever refunded, for none_after, {last}, is before its term"
    if kind.vehicles.max == 0 and kind.passes is None:
        yield f"{name}: it covers no plate (vehicles.max is 0) and gives no passes"
    if kind.second_to and kind.per_customer == 1 and _is_own_second(kind):
        yield f"{name}: it goes with others of its own, and a customer has one at most"
    if kind.price.floor is not None and kind.price.floor > kind.price.base:
        yield f"{name}: its floor, {kind.price.floor}, is above its base, {kind.price.base}"


def _is_own_second(kind: PermitType) -> bool:
    return {code_key(code) for code in kind.second_to} == {code_key(kind.code)}


def _grants_that_nobody_needs(programme: Programme, today: date) -> Iterator[str]:
    meet = _meeting(programme, today)
    for kind in programme.permit_types:
        for grant in kind.grants:
            if any(window.is_always for window in grant.when):
                continue
            inside = [zone for zone in programme.zones if programme.covers(grant.zones, zone.code)]
            enforced = [zone.enforced for zone in inside if zone.enforced]
            if enforced and not any(meet(grant.when, when) for when in dict.fromkeys(enforced)):
                told = f"{', '.join(grant.zones)} {describe(grant.when)}"
                yield f"permit type {kind.code}: it grants {told}, when none of them is enforced"


def _areas_that_none_decides(programme: Programme, today: date) -> Iterator[str]:
    meet = _meeting(programme, today)
    ranked = [(z, z.geometry) for z in programme.zones if z.geometry and z.priority is not None]
    for n, (zone, area) in enumerate(ranked):
        for other, its_area in ranked[:n]:
            if zone.priority != other.priority or not overlap(area, its_area):
                continue
            if meet(zone.enforced, other.enforced):
                yield (
                    f"zone {zone.code}: its area and that of {other.code} overlap, they are enforced at "
                    f"once, and both have priority {zone.priority}; give one of them another"
                )


def _shared_numbers(programme: Programme) -> Iterator[str]:
    numbered = [(kind.code, kind.numbers) for kind in programme.permit_types if kind.numbers]
    for n, (code, ours) in enumerate(numbered):
        for other, theirs in numbered[:n]:
            same = code_key(ours.prefix) == code_key(theirs.prefix)
            if same and ours.first <= theirs.last and theirs.first <= ours.last:
                yield f"permit type {code}: its hangtag numbers are also those of {other}"


def _shared_quotas(programme: Programme) -> Iterator[str]:
    for n, quota in enumerate(programme.shared.quotas):
        kinds = [kind for code in quota.permit_types if (kind := programme.permit_type(code))]
        own = [kind.quota.limit for kind in kinds if kind.quota is not None]
        if len(kinds) == 1:
            yield f"shared.quotas.{n}: {quota.code} is of {kinds[0].code} only; give it a quota"
        elif len(own) == len(kinds) and sum(own) <= quota.limit:
            yield (
                f"shared.quotas.{n}: {quota.code} never fills, for its types have {sum(own)} places "
                f"of their own in all, and it has {quota.limit}"
            )


def _shared_limits(programme: Programme) -> Iterator[str]:
    for n, limit in enumerate(programme.shared.limits):
        kinds = [kind for code in limit.permit_types if (kind := programme.permit_type(code))]
        own = [kind.per_customer if limit.per == "customer" else kind.per_address for kind in kinds]
        known = [most for most in own if most is not None]
        if len(known) == len(kinds) and sum(known) <= limit.most:
            yield (
                f"shared.limits.{n}: at most {limit.most} is never reached, for its types allow "
                f"{sum(known)} in all"
            )


def _violation(violation: Violation) -> Iterator[str]:
    name = f"violation {violation.code}"
    if violation.nth is not None and not violation.nth.steps:
        yield f"{name}: its nth has no steps, so that repeating it changes nothing"
    if violation.nth is not None:
        yield from (f"{name}: {line}" for line in _ladder(violation.nth, violation.fine))


def _former_codes(programme: Programme) -> Iterator[str]:
    for violation in programme.violations:
        for former in violation.formerly:
            if programme.violation(former) is not None:
                yield (
                    f"violation {violation.code}: {former}, as it was called before, is a violation of "
                    "its own; reports would count it under this one"
                )


def _ladder(ladder: Ladder, fine: Money) -> Iterator[str]:
    before: tuple[int, Money] | None = None
    for step in sorted(ladder.steps, key=lambda step: step.n):
        own = fine if step.fine is None else step.fine
        if step.sanction == "warning":
            if step.fine:
                yield f"step {step.n} is a warning, which owes nothing, with a fine of {step.fine}"
            own = Money.zero(fine.currency)
        if before is not None and own < before[1]:
            yield f"its ladder falls from {before[1]} at n {before[0]} to {own} at n {step.n}"
        before = step.n, own


def _unused_names(programme: Programme) -> Iterator[str]:
    whens = [zone.enforced for zone in programme.zones]
    whens += [grant.when for kind in programme.permit_types for grant in kind.grants]
    whens += [rate.when for rate in programme.sessions.rates]
    used = [window for when in whens for window in when]
    events = {code_key(window.during) for window in used if window.during}
    for event in programme.events:
        if code_key(event) not in events:
            yield f"event {event}: no window is during it, so that declaring it changes nothing"
    business = [v for v in programme.violations if v.appeal and v.appeal.days == "business"]
    calendars = {code_key(code) for window in used for code in window.exceptions}
    for code in programme.calendar_days:
        if code_key(code) not in calendars and not (business and code_key(code) == "holidays"):
            yield f"calendar {code}: no window excepts it"
    if business and "holidays" not in programme.calendars:
        yield f"violation {business[0].code}: business days need a holidays calendar; there is none"
