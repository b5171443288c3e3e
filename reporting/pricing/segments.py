"""Which hours of a zone are priced together: a band of the day, on weekdays or at weekends, of one rate. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from parkops.kernel import week
from parkops.kernel.codes import code_key
from parkops.kernel.dates import MINUTES_PER_DAY
from parkops.kernel.money import Money
from parkops.kernel.week import Span
from parkops.kernel.windows import Window, describe
from parkops.programme.schema import Programme, Rate, Zone

WEEKDAYS, WEEKEND = range(5), range(5, 7)
KINDS = {"weekdays": WEEKDAYS, "weekend": WEEKEND}
NOON, AFTERNOON = 12 * 60, 15 * 60
PARTS = {
    "morning": (0, NOON),
    "midday": (NOON, AFTERNOON),
    "afternoon": (AFTERNOON, MINUTES_PER_DAY),
}
WHOLE_DAY = {"day": (0, MINUTES_PER_DAY)}
HALF_HOUR = 30


@dataclass(frozen=True, slots=True)
class Segment:
    """Hours of a zone that have one rate and are priced together; `place` is the rate's in the file."""

    zone: Zone
    place: int
    rate: Rate
    kind: str
    part: str
    spans: tuple[Span, ...]

    @property
    def code(self) -> str:
        """Its name in forms."""
        return f"{self.zone.code}:{self.place}:{self.kind}:{self.part}"

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The calendars whose days its rate leaves out."""
        return week.exceptions(self.rate.when)

    @property
    def windows(self) -> tuple[Window, ...]:
        """When it holds."""
        return week.windows_of(self.spans, self.exceptions)

    @property
    def text(self) -> str:
        """When it holds, in words."""
        return describe(self.windows)

    @property
    def is_whole_rate(self) -> bool:
        """Whether it is all that its rate is."""
        own = week.spans(self.rate.when)
        return (
            len(self.rate.zones) == 1 and [*self.spans] == own and not week.special(self.rate.when)
        )

    def hours(self, day: date) -> list[tuple[date, int]]:
        """Return its hours that belong to the local `day`, as (day, hour), those past midnight of the next."""
        found = []
        for span in self.spans:
            if span.day != day.weekday():
                continue
            for hour in range(span.start // 60, (span.end + 59) // 60):
                inside = min(span.end, hour * 60 + 60) - max(span.start, hour * 60)
                if inside >= HALF_HOUR:
                    found.append((day + timedelta(days=hour // 24), hour % 24))
        return found


def segments(programme: Programme) -> Iterator[Segment]:
    """Yield what can be priced: each zone's hours under each rate by the hour, once."""
    places = {id(rate): place for place, rate in enumerate(programme.sessions.rates)}
    for zone in programme.zones:
        taken: list[Span] = []
        for rate in programme.rates_for(zone.code):
            held = _without(week.spans(rate.when), taken)
            taken = [*taken, *held]
            if rate.begun_hours:
                continue
            parts = WHOLE_DAY if rate.day_max is not None else PARTS
            for kind, days in KINDS.items():
                for part, (start, end) in parts.items():
                    band = [Span(day, start, end) for day in days]
                    spans = _held(held, band, is_whole=rate.day_max is not None)
                    if spans:
                        place = places[id(rate)]
                        yield Segment(zone, place, rate, kind, part, tuple(spans))


def rate_at(programme: Programme, segment: Segment) -> Money | None:
    """Return what the first hour of a segment costs in another version; None: nothing is charged."""
    first = segment.spans[0]
    minute = [Span(first.day, first.start, first.start + 1)]
    for rate in programme.rates_for(segment.zone.code):
        if week.overlaps(week.spans(rate.when), minute):
            return rate.per_hour
    return None


def _held(held: list[Span], band: list[Span], *, is_whole: bool) -> list[Span]:
    """The hours of a band; a span that runs past midnight belongs, whole, to the day that it starts on."""
    days = {span.day for span in band}
    if is_whole:
        return [span for span in held if span.day in days]
    late = [
        Span(span.day, MINUTES_PER_DAY, span.end)
        for span in held
        if span.end > MINUTES_PER_DAY and span.day in days
    ]
    inside = week.overlaps([_until_midnight(span) for span in held if span.day in days], band)
    if not late or band[0].end < MINUTES_PER_DAY:
        return inside
    joined = []
    for span in inside:
        rest = [one.end for one in late if one.day == span.day and span.end == MINUTES_PER_DAY]
        joined.append(Span(span.day, span.start, max([span.end, *rest])))
    return joined


def _until_midnight(span: Span) -> Span:
    return Span(span.day, span.start, min(span.end, MINUTES_PER_DAY))


def _without(spans: list[Span], taken: list[Span]) -> list[Span]:
    return week.spans(week.paint(week.windows_of(spans), taken, on=False))


def is_left_out(programme: Programme, segment: Segment, day: date) -> bool:
    """Return whether a day is one that the segment's rate leaves out, such as a holiday."""
    calendars = programme.calendars
    return any(day in calendars.get(code_key(code), ()) for code in segment.exceptions)


def instant_of(version_begins_at: datetime | None, programme: Programme) -> date | None:
    """Return the local day on which a version began; None for the first."""
    return version_begins_at.astimezone(programme.tz).date() if version_begins_at else None
