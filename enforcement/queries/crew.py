"""Officers: who they are, which beat each walks, and where they are now if they agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from enforcement.models import Beat, Call, Duty, OfficerPosition, PositionConsent, Shift
from enforcement.rules import positions as rules
from enforcement.rules.reviewing import Person
from parkops.accounts.models import User
from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission, Role
from parkops.programme import queries as programme
from parkops.ui import maps
from parkops.ui.maps import Map, Place


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer at work: since when, on which beat, what they are at, and where they were seen.
    `mark` stands for them on the map: no two have the same."""

    mark: str
    shift: Shift
    beat: Beat | None
    call: Call | None
    position: OfficerPosition | None
    has_agreed: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """An officer with the beat of a day, if they have one."""

    ref: str
    name: str
    beat: Beat | None


def officers() -> list[Person]:
    """Return everybody who may check plates and write citations, by name; officers by role first."""
    staff = User.objects.filter(is_active=True).exclude(roles=[]).order_by("name", "email", "pk")
    found = [
        Person(str(one.pk), one.name or one.email, one.email, one.has_role(Role.OFFICER))
        for one in staff
        if one.may(Permission.CITATION_ISSUE)
    ]
    return sorted(found, key=lambda one: not one.is_reviewer)


def duty_of(officer_ref: str, *, on: date) -> Duty | None:
    """Return what an officer walks on a day."""
    rows = Duty.objects.filter(officer_ref=officer_ref, walked_on=on, beat__retired_at=None)
    return rows.select_related("beat").first()


def duties(*, on: date) -> list[DutyRow]:
    """Return every officer with the beat of a day."""
    rows = Duty.objects.filter(walked_on=on, beat__retired_at=None).select_related("beat")
    known = {duty.officer_ref: duty.beat for duty in rows}
    return [DutyRow(one.ref, one.name, known.get(one.ref)) for one in officers()]


def beats() -> list[Beat]:
    """Return the beats in use, by name."""
    return list(Beat.objects.filter(retired_at=None).order_by("name", "pk"))


def beat(reference: UUID) -> Beat:
    """Return the beat.

    :raises NotFound: if there is none in use.
    """
    found = Beat.objects.filter(reference=reference, retired_at=None).first()
    if found is None:
        raise NotFound("There is no such beat.")
    return found


def shift_of(officer_ref: str) -> Shift | None:
    """Return the shift that an officer is on, with its beat."""
    rows = Shift.objects.filter(officer_ref=officer_ref, ended_at=None)
    return rows.select_related("beat").first()


def at_work(*, at: datetime) -> list[OfficerRow]:
    """Return the officers whose shift is on, by name, in four queries."""
    shifts = list(
        Shift.objects.filter(ended_at=None).select_related("beat").order_by("officer", "pk")
    )
    refs = [shift.officer_ref for shift in shifts]
    agreed = set(
        PositionConsent.objects.filter(officer_ref__in=refs, withdrawn_at=None).values_list(
            "officer_ref", flat=True
        )
    )
    seen = OfficerPosition.objects.filter(
        officer_ref__in=agreed, seen_at__gte=at - rules.FRESH, seen_at__lte=at
    )
    positions = {
        one.officer_ref: one
        for one in seen.order_by("officer_ref", "-seen_at", "-pk").distinct("officer_ref")
    }
    calls = Call.objects.filter(
        officer_ref__in=refs, state__in=["accepted", "arrived"], done_at=None
    )
    busy = {call.officer_ref: call for call in calls.order_by("-accepted_at", "pk")}
    return [
        OfficerRow(
            mark,
            shift,
            shift.beat,
            busy.get(shift.officer_ref),
            positions.get(shift.officer_ref),
            shift.officer_ref in agreed,
        )
        for mark, shift in zip(_marks(shifts), shifts, strict=True)
    ]


def _marks(shifts: Sequence[Shift]) -> list[str]:
    """Return the initials of officers, numbered where several have the same."""
    initials = [
        "".join(word[0] for word in shift.officer.split()[:2]).upper() or "?" for shift in shifts
    ]
    return [
        f"{one}{initials[: place + 1].count(one)}" if initials.count(one) > 1 else one
        for place, one in enumerate(initials)
    ]


def officer_map(rows: Sequence[OfficerRow], *, at: datetime) -> Map | None:
    """Return the zones with the officers that are seen in them; None where nothing has a place."""
    version = programme.in_force(at).programme
    zones = [Place(zone.code, zone.geometry) for zone in version.zones if zone.geometry is not None]
    seen = [
        Place(
            row.mark,
            {"type": "Point", "coordinates": [row.position.lon, row.position.lat]},
            note=row.shift.officer,
            tone="info",
        )
        for row in rows
        if row.position is not None
    ]
    return maps.draw([*zones, *seen], title="Officers at work and the zones")


def has_agreed(officer_ref: str) -> bool:
    """Return whether an officer agreed that their position is sent."""
    return PositionConsent.objects.filter(officer_ref=officer_ref, withdrawn_at=None).exists()


def positions_kept(*, at: datetime) -> str:
    """Return for how long positions are kept, in words."""
    return programme.in_force(at).programme.retention.positions.text
