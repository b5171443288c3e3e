"""The purchase under way, kept in the visitor's session so that a half-filled form is never lost."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from parkops.kernel.dates import local_date, local_instant
from parkops.programme.permit_schema import Fixed, HourTerm, PermitType
from permits.operations import Wish
from permits.rules.plates import read_plates
from permits.views.posted import answered, keep_answers

KEY = "permit_draft"


@dataclass(slots=True)
class Draft:
    """What has been answered so far. `number` is the permit that came of it."""

    type_code: str = ""
    plates: list[list[str | int | None]] = field(default_factory=list)
    has_plates: bool = False
    start_on: str = ""
    start_time: str = ""
    hours: int = 0
    coupon: str = ""
    number: str = ""

    def wish(self, *, zone: ZoneInfo, at: datetime) -> Wish:
        """Return what is asked for; a first day that is today starts now."""
        start = self.start_at(zone, at)
        return Wish(
            type_code=self.type_code,
            plates=read_plates(self.plates),
            start=start,
            end=start + timedelta(hours=self.hours) if self.hours else None,
            coupon=self.coupon,
        )

    def start_at(self, zone: ZoneInfo, at: datetime) -> datetime:
        """Return the first instant asked for, now at the earliest."""
        if not self.start_on:
            return at
        clock = time.fromisoformat(self.start_time) if self.start_time else time()
        asked = local_instant(
            date.fromisoformat(self.start_on), clock.hour * 60 + clock.minute, zone
        )
        return max(asked, at)


def load(request: HttpRequest) -> Draft:
    """Return the purchase of this visitor, empty if none is under way."""
    return answered(request, KEY, Draft)


def keep(request: HttpRequest, draft: Draft) -> None:
    """Keep the purchase in the visitor's session."""
    keep_answers(request, KEY, draft)


def steps_of(kind: PermitType | None, *, is_known: bool) -> list[str]:
    """Return the steps of buying a permit of this kind, for somebody who is signed in or not."""
    if kind is None:
        return ["permit", "vehicle", "dates", "you", "check", "pay"]
    steps = ["permit"]
    if kind.vehicles.max:
        steps.append("vehicle")
    if not isinstance(kind.term, Fixed):
        steps.append("dates")
    if not is_known:
        steps.append("you")
    return [*steps, "check", "pay"]


def next_step(draft: Draft, kind: PermitType, *, is_known: bool) -> str:
    """Return the first question that has no answer yet."""
    steps = steps_of(kind, is_known=is_known)
    if "vehicle" in steps and not draft.has_plates:
        return "vehicle"
    if "dates" in steps and not draft.start_on:
        return "dates"
    return "you" if "you" in steps else "check"


def first_day(draft: Draft, zone: ZoneInfo, at: datetime) -> date:
    """Return the first day asked for, today if none is."""
    return date.fromisoformat(draft.start_on) if draft.start_on else local_date(at, zone)


def hours_of(kind: PermitType) -> tuple[bool, int, int | None]:
    """Return whether a permit of this kind is sold by the hour, and how few and how many."""
    if isinstance(kind.term, HourTerm):
        return True, kind.term.min, kind.term.max
    return False, 1, None
