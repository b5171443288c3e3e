"""The bodies of enforcement's calls, and how its records are written."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from enforcement.models import Appeal, CitationPhoto
from enforcement.queries.citations import Standing
from enforcement.rules.lines import MOST_LINES
from enforcement.rules.numbers import MOST_HELD
from parkops.api.values import Email, Instant, instant_out, money_out
from parkops.kernel.codes import code_key
from parkops.kernel.money import Money
from parkops.kernel.plates import plate_key


def _has_key(plate: str) -> str:
    plate_key(plate)
    return plate.strip()


Plate = Annotated[str, Field(max_length=32), AfterValidator(_has_key)]
"""A plate as typed, with at least one letter or digit and at most 12."""
Region = Annotated[str | None, Field(max_length=16)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Note = Annotated[str, Field(max_length=4_000)]


class Body(Schema):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid")


class Position(Body):
    """Where on earth, in degrees (WGS 84)."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, strict=True)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False, strict=True)


class Placed(Body):
    """A body that may say where it was."""

    position: Position | None = None

    @property
    def lat(self) -> float | None:
        """The latitude, if it says where."""
        return self.position.lat if self.position else None

    @property
    def lon(self) -> float | None:
        """The longitude, if it says where."""
        return self.position.lon if self.position else None


class CheckIn(Placed):
    """A plate to look at, in a zone or where a position is, now or at another instant."""

    plate: Plate
    region: Region = ""
    zone: Annotated[Code | None, Field(validate_default=True)] = None
    at: Instant | None = None

    @field_validator("zone")
    @classmethod
    def _is_somewhere(cls, zone: str | None, given: ValidationInfo) -> str | None:
        if zone is None and given.data.get("position") is None:
            raise ValueError("Name the zone, or give the position.")
        return zone


class ReadIn(CheckIn):
    """One read of a batch, under the caller's own id."""

    id: str | int
    at: Instant


class BatchIn(Body):
    """Reads to look at, up to 5,000."""

    reads: list[ReadIn] = Field(max_length=5_000)


class ObservationIn(Placed):
    """A chalk mark."""

    plate: Plate
    region: Region = ""
    zone: Code
    at: Instant
    valve: str | int | None = Field(None)
    block_face: Annotated[str | None, Field(max_length=80)] = ""
    gone: bool = False

    @property
    def valve_text(self) -> str:
        """How the valve points, as text."""
        return "" if self.valve is None else str(self.valve)[:20]


class CitationIn(Placed):
    """A citation as an officer's device writes it."""

    client_id: UUID
    plate: Plate | None = None
    plate_missing: bool = False
    vin: Annotated[str | None, Field(max_length=17)] = ""
    vehicle: Annotated[str | None, Field(max_length=100)] = ""
    plate_expires_on: date | None = None
    region: Region = ""
    zone: Code
    violation: Code
    violations: list[Code] | None = Field(None, max_length=MOST_LINES)
    at: Instant
    note: Note | None = ""
    public_note: Note | None = ""
    officer: Annotated[str | None, Field(max_length=200)] = ""
    warning: bool | None = False
    number: Annotated[str | None, Field(max_length=40)] = ""
    device: UUID | None = None

    @property
    def also(self) -> tuple[str, ...]:
        """The violations besides the first, whether the list repeats that or not."""
        first, *others = self.violations or [self.violation]
        is_first = code_key(first) == code_key(self.violation)
        return tuple(others if is_first else [first, *others])


class AllotmentIn(Body):
    """How many open numbers a device is to hold for an officer."""

    device: UUID
    count: int = Field(ge=1, le=MOST_HELD)
    officer: str = Field(min_length=1, max_length=200)


class GivingBackIn(Body):
    """Which numbers a device gives back; all that it holds if none are named."""

    device: UUID
    officer: str = Field(min_length=1, max_length=200)
    numbers: list[Annotated[str, Field(max_length=40)]] | None = Field(None, max_length=MOST_HELD)


class SpoilIn(Body):
    """What became of a number."""

    reason: str = Field(min_length=1, max_length=200)


class VoidIn(Body):
    """Why a citation is voided."""

    reason: str = Field(min_length=1, max_length=1_000)


class AppealIn(Body):
    """What somebody says against a citation."""

    grounds: Code
    text: str = Field(min_length=1, max_length=10_000)
    name: str = Field(min_length=1, max_length=200)
    email: Email
    late_reason: str | None = Field("", max_length=1_000)


class HotlistIn(Body):
    """A plate that officers are to be told of."""

    plate: Plate
    region: Region = ""
    kind: str = Field(min_length=1, max_length=24)
    note: Note | None = ""
    until: Instant | None = None


def citation_out(now: Standing, photos: list[CitationPhoto]) -> dict[str, Any]:
    """Return a citation as it stands at an instant."""
    citation = now.citation
    has_place = citation.lat is not None
    return {
        "number": citation.number,
        "status": now.status.value,
        "stage": now.stage or None,
        "as_of": instant_out(now.at),
        "source": citation.source,
        "plate": citation.plate_text or None,
        "plate_key": citation.plate_key or None,
        "plate_missing": citation.plate_missing,
        "region": citation.region,
        "zone": citation.zone_code or None,
        "place": citation.place or None,
        "violation": citation.violation_code,
        "violation_name": citation.violation_name,
        "lines": [
            {
                "violation": line.code,
                "name": line.name,
                "fine": money_out(Money(line.fine_minor, now.case.fine.currency)),
                "nth": line.nth,
                "sanction": line.sanction,
                "is_warning": line.sanction == "warning",
            }
            for line in citation.lines
        ],
        "vin": citation.vin or None,
        "vehicle": citation.vehicle_seen or None,
        "plate_expires_on": citation.plate_expires_on.isoformat()
        if citation.plate_expires_on
        else None,
        "at": instant_out(citation.issued_at),
        "officer": citation.officer,
        "fine": money_out(now.case.fine),
        "owed": money_out(now.owed),
        "paid": money_out(now.paid),
        "due_on": now.due_on.isoformat() if now.due_on else None,
        "steps": [
            {"from": s.from_on.isoformat(), "owed": money_out(s.owed), "text": s.text}
            for s in now.steps
        ],
        "nth": citation.nth,
        "sanction": citation.sanction,
        "flags": citation.flags,
        "because": citation.because,
        "note": citation.note,
        "public_note": citation.public_note,
        "position": {"lat": citation.lat, "lon": citation.lon} if has_place else None,
        "photos": [photo_out(photo) for photo in photos],
        "appeals": [appeal_out(appeal, now.at) for appeal in now.appeals],
        "programme_version": citation.programme_version,
    }


def photo_out(photo: CitationPhoto) -> dict[str, Any]:
    """Return what is known of a photo."""
    return {
        "id": str(photo.reference),
        "sha256": photo.original_sha256,
        "shown_sha256": photo.shown_sha256,
        "width": photo.width,
        "height": photo.height,
        "taken_at": instant_out(photo.taken_at),
    }


def appeal_out(appeal: Appeal, at: datetime) -> dict[str, Any]:
    """Return an appeal as it stands at an instant."""
    is_decided = appeal.decided_at is not None and appeal.decided_at <= at
    return {
        "id": appeal.number,
        "level": appeal.level_name,
        "status": "decided" if is_decided else "open",
        "filed_at": instant_out(appeal.filed_at),
        "outcome": appeal.outcome if is_decided else None,
        "decided_at": instant_out(appeal.decided_at) if is_decided else None,
    }
