"""Citations over HTTP."""

from datetime import date, datetime
from enum import IntEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from enforcement.api.shapes import CitationIn, VoidIn, citation_out, photo_out
from enforcement.models import Citation
from enforcement.operations import citations as operations
from enforcement.operations import looks, reopening
from enforcement.operations.citations import Draft
from enforcement.printing.printed import Form, printed
from enforcement.queries import citations as queries
from enforcement.queries import evidence
from enforcement.rules.standing import Status as Standing
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.values import Instant
from parkops.kernel.dates import midnight
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Scope
from parkops.kernel.plates import plate_key

router = Router()
READ = needs(Scope.ENFORCEMENT_READ)
WRITE = needs(Scope.ENFORCEMENT_WRITE)


class CitationFilter(Schema):
    """Which citations to list: `from` is included, `to` is not; both are dates or instants."""

    plate: str = Field("", max_length=64)
    status: Standing | None = None
    violation: str = Field("", max_length=40)
    zone: str = Field("", max_length=24)
    begins: Instant | date | None = Field(None, alias="from")
    ends: Instant | date | None = Field(None, alias="to")


class Roll(IntEnum):
    """How wide the paper of a belt printer is, in millimeters."""

    NARROW = 58
    WIDE = 80


class PrintAsked(Schema):
    """How to print: a PDF is a sheet, or a strip where a `width` in millimeters is given."""

    form: Form = Field("pdf", alias="format")
    width: Roll | None = None


@router.post("/citations", auth=WRITE, response={200: dict[str, Any], 201: dict[str, Any]})
@idempotent
def issue(request: HttpRequest, body: CitationIn) -> Any:
    """Issue a citation; the same `client_id` again gives the first one, 200.

    The answer is as of the instant of the citation.
    """
    draft = Draft(
        client_id=body.client_id,
        plate=body.plate or "",
        without_plate=body.plate_missing,
        vin=(body.vin or "").strip().upper(),
        vehicle=(body.vehicle or "").strip(),
        plate_expires_on=body.plate_expires_on,
        region=body.region or "",
        zone=body.zone,
        violation=body.violation,
        also=body.also,
        issued_at=body.at,
        lat=body.lat,
        lon=body.lon,
        note=body.note or "",
        public_note=body.public_note or "",
        officer=(body.officer or "").strip(),
        warning=bool(body.warning),
        number=(body.number or "").strip(),
        device=body.device,
    )
    issued = operations.issue_citation(draft, by=request.auth.actor, at=timezone.now())
    citation = issued.citation
    now = queries.standing_of(citation, at=citation.issued_at)
    told = {**citation_out(now, evidence.photos_of(citation)), "pin": citation.pin}
    return Status(201 if issued.is_new else 200, told)


@router.get("/citations", auth=READ)
def citations(
    request: HttpRequest, paging: Query[Paging], asked: Query[CitationFilter]
) -> dict[str, Any]:
    """List citations, newest first, as they stand now."""
    rows = Citation.objects.standing(asked.status) if asked.status else Citation.objects.all()
    if asked.plate:
        looks.note_search(asked.plate, place="api", by=request.auth.actor, at=timezone.now())
        rows = rows.filter(plate_key=_key(asked.plate))
    if asked.violation:
        rows = rows.raised_for(asked.violation)
    if asked.zone:
        rows = rows.filter(zone_code__iexact=asked.zone)
    if asked.begins is not None:
        rows = rows.filter(issued_at__gte=_instant(asked.begins))
    if asked.ends is not None:
        rows = rows.filter(issued_at__lt=_instant(asked.ends))
    page = page_of(rows, paging, order=["-issued_at", "-id"], out=lambda row: row)
    standings = queries.standings_of(page["items"], at=timezone.now())
    photos = evidence.photos_by_citation(page["items"])
    return {
        "items": [citation_out(now, photos[now.citation.pk]) for now in standings],
        "next": page["next"],
    }


@router.get("/citations/{number}", auth=READ)
def citation(request: HttpRequest, number: str, as_of: Instant | None = None) -> dict[str, Any]:
    """Give a citation, its status and what is owed, now or at another instant."""
    found = queries.citation(number)
    now = queries.standing_of(found, at=as_of or timezone.now())
    return citation_out(now, evidence.photos_of(found))


@router.get("/citations/{number}/print", auth=READ)
def print_citation(request: HttpRequest, number: str, asked: Query[PrintAsked]) -> HttpResponse:
    """Print a citation: a PDF (a sheet, or a strip of a `width`), or what a belt printer is sent.

    Each print is counted, and copies say so.
    """
    now = timezone.now()
    citation = operations.note_print(number, form=asked.form, by=request.auth.actor, at=now)
    done = printed(citation, asked.form, width=asked.width, at=now)
    return HttpResponse(done.body, content_type=done.content_type, headers=done.headers)


@router.post("/citations/{number}/photos", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def add_photo(request: HttpRequest, number: str) -> Any:
    """Add photos, sent as multipart files under any name; the answer names the first by `id`."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    if not files:
        raise Refused("photo", "Send a picture as a multipart file.", field="photo")
    photos = operations.add_photos(
        number, [file.read() for file in files], by=request.auth.actor, at=timezone.now()
    )
    told = [photo_out(photo) for photo in photos]
    return Status(201, {**told[0], "photos": told})


@router.post("/citations/{number}/void", auth=WRITE)
@idempotent
def void(request: HttpRequest, number: str, body: VoidIn) -> dict[str, Any]:
    """Void a citation; 409 once money was taken for it."""
    now = timezone.now()
    voided = operations.void_citation(number, reason=body.reason, by=request.auth.actor, at=now)
    return citation_out(queries.standing_of(voided, at=now), evidence.photos_of(voided))


@router.post("/citations/{number}/reopening", auth=WRITE)
@idempotent
def reopen(request: HttpRequest, number: str, body: VoidIn) -> dict[str, Any]:
    """Take a void back within three days; 409 afterwards."""
    now = timezone.now()
    opened = reopening.reopen_citation(number, reason=body.reason, by=request.auth.actor, at=now)
    return citation_out(queries.standing_of(opened, at=now), evidence.photos_of(opened))


def _key(plate: str) -> str:
    try:
        return plate_key(plate)
    except ValueError as error:
        raise Refused("plate", str(error), field="plate") from error


def _instant(given: datetime | date) -> datetime:
    return given if isinstance(given, datetime) else midnight(given, queries.tenant_zone())
