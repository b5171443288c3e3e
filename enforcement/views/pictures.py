"""How a stored picture is given to a reader."""

from django.core.files.storage import default_storage
from django.http import HttpResponse

from enforcement.models import (
    AppealPicture,
    BootPhoto,
    CallPicture,
    CitationPhoto,
    CureProof,
    PlateRead,
)

Kept = CitationPhoto | AppealPicture | CureProof | PlateRead | CallPicture | BootPhoto


def shown(kept: Kept) -> HttpResponse:
    """Return the picture as it is shown: a JPEG without metadata, for this reader only."""
    return HttpResponse(
        _read(kept.shown),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


def original(kept: Kept) -> HttpResponse:
    """Return the picture as it came, to be saved and not shown."""
    return HttpResponse(
        _read(kept.original),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{kept.reference}.original"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()
