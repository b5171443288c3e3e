"""The calendar of hearings: which times are offered, who is booked, and a day in order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q

from enforcement.models import Appeal, Hearing, HearingSlot
from enforcement.queries.appeals import page_url
from enforcement.queries.citations import tenant_zone
from enforcement.rules import hearings as rules
from parkops.kernel.calendar_files import Entry, calendar_file
from parkops.kernel.dates import local_day, midnight
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import say
from parkops.tenancy import hosts

SHOWN_DAYS = 14
MOST_OFFERED = 60


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A time with who is booked into it."""

    slot: HearingSlot
    hearings: list[Hearing]

    @property
    def left(self) -> int:
        """How many places are left."""
        return max(self.slot.capacity - len(self.hearings), 0)


@dataclass(frozen=True, slots=True)
class Day:
    """A local day with its times, in order."""

    on: date
    slots: list[SlotRow]


def days(first: date, *, count: int = SHOWN_DAYS, officer: str = "") -> list[Day]:
    """Return the days from `first` on which hearings are offered or booked, in order."""
    zone = tenant_zone()
    ends = midnight(first + timedelta(days=count), zone)
    rows = HearingSlot.objects.filter(starts_at__gte=midnight(first, zone), starts_at__lt=ends)
    if officer:
        rows = rows.filter(officer_ref__in=(officer, ""))
    slots = list(rows.order_by("starts_at", "pk"))
    booked = _booked(slots)
    found: dict[date, list[SlotRow]] = defaultdict(list)
    for slot in slots:
        if slot.closed_at is None or booked[slot.pk]:
            on = slot.starts_at.astimezone(zone).date()
            found[on].append(SlotRow(slot, booked[slot.pk]))
    return [Day(on, found[on]) for on in sorted(found)]


def first_of(on: date, *, most: int) -> list[Hearing]:
    """Return the first hearings of a local day, in the order of `days`."""
    begins, ends = day_of(on)
    rows = Hearing.objects.filter(
        released_at__isnull=True, slot__starts_at__gte=begins, slot__starts_at__lt=ends
    )
    ordered = rows.order_by("slot__starts_at", "slot_id", "booked_at", "pk")
    return list(ordered.select_related("slot", "appeal")[:most])


def open_slots(*, at: datetime, by_staff: bool = False) -> list[HearingSlot]:
    """Return the next times that can still be booked at `at`."""
    soonest = at if by_staff else at + rules.NOTICE
    rows = HearingSlot.objects.filter(starts_at__gt=soonest, closed_at__isnull=True)
    taken = Count("hearings", filter=Q(hearings__released_at__isnull=True))
    free = rows.annotate(taken=taken).filter(taken__lt=F("capacity"))
    return list(free.order_by("starts_at", "pk")[:MOST_OFFERED])


def slot(reference: UUID) -> HearingSlot:
    """Return the slot.

    :raises NotFound: if there is none.
    """
    found = HearingSlot.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such time.")
    return found


def slot_text(slot: HearingSlot) -> str:
    """Return when and where a slot is, for a list to choose from."""
    local = slot.starts_at.astimezone(tenant_zone())
    return say(
        "{day}, {time}, {place}",
        day=local.date(),
        time=f"{local:%H:%M}",
        place=slot.place or say("video call"),
    )


def hearing_file(appeal: Appeal, hearing: Hearing, *, made_at: datetime) -> str:
    """Return a hearing as a calendar file for the appellant."""
    return _file([_entry(appeal, hearing)], made_at)


def day_file(day: Day | None, *, made_at: datetime) -> str:
    """Return the hearings of a day as a calendar file for who hears them."""
    rows = [hearing for row in day.slots for hearing in row.hearings] if day else []
    return _file([_entry(hearing.appeal, hearing, with_name=True) for hearing in rows], made_at)


def to_remind(*, at: datetime) -> list[Hearing]:
    """Return the booked hearings that begin within a day of `at`."""
    rows = Hearing.objects.filter(
        released_at__isnull=True,
        attendance="",
        slot__starts_at__gt=at,
        slot__starts_at__lte=at + timedelta(days=1),
    )
    return list(rows.select_related("slot", "appeal__citation").order_by("pk"))


def day_of(on: date) -> tuple[datetime, datetime]:
    """Return the instants at which a local day begins and ends."""
    period = local_day(on, tenant_zone())
    return period.start, period.end


def _booked(slots: Sequence[HearingSlot]) -> dict[int, list[Hearing]]:
    found: dict[int, list[Hearing]] = defaultdict(list)
    rows = Hearing.objects.filter(slot__in=[one.pk for one in slots], released_at__isnull=True)
    for hearing in rows.select_related("slot", "appeal__citation").order_by("booked_at", "pk"):
        found[hearing.slot_id].append(hearing)
    return found


def _file(entries: list[Entry], made_at: datetime) -> str:
    site = hosts.current_site_url()
    return calendar_file(entries, product="Hearings", site=site, made_at=made_at)


def _entry(appeal: Appeal, hearing: Hearing, *, with_name: bool = False) -> Entry:
    title = say("Hearing of appeal {number}", number=appeal.number)
    return Entry(
        name=f"hearing-{hearing.pk}-{appeal.number}",
        title=f"{title}, {appeal.name}" if with_name else str(title),
        starts_at=hearing.slot.starts_at,
        ends_at=hearing.slot.ends_at,
        description="" if with_name else page_url(appeal),
        place=hearing.slot.place or hearing.slot.video,
        remind="-P1D",
    )
