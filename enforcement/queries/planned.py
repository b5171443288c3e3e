"""When citations were on payment plans, as they keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from enforcement.models import Citation
from enforcement.rules.owed import Planned
from payments import place


@dataclass(frozen=True, slots=True)
class Span:
    """A time on a plan, `ended_at` None while it runs; one that `waives` leaves late fees out."""

    began_at: datetime
    ended_at: datetime | None
    waives: bool


def spans_of(citation: Citation) -> tuple[Span, ...]:
    """Return the times at which a citation was on a plan, the first first."""
    return tuple(
        Span(
            datetime.fromisoformat(one["began_at"]),
            datetime.fromisoformat(one["ended_at"]) if one["ended_at"] else None,
            one["waives"],
        )
        for one in citation.plans
    )


def kept(spans: Sequence[Span]) -> list[dict[str, object]]:
    """Return times as a citation keeps them."""
    return [
        {
            "began_at": one.began_at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            "waives": one.waives,
        }
        for one in spans
    ]


def times_of(citation: Citation) -> tuple[Planned, ...]:
    """Return the same in local dates, as the amount sees them."""
    if not citation.plans:
        return ()
    zone = ZoneInfo(place.tenant().timezone)
    return tuple(
        Planned(
            one.began_at.astimezone(zone).date(),
            _day(one.ended_at, zone),
            one.waives,
        )
        for one in spans_of(citation)
    )


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at is not None else None
