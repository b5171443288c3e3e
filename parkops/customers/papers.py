"""Documents that people send in: taken in clean, kept, and given to who may read them."""

import io
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from PIL import Image, ImageOps

from parkops.kernel.decisions import Refused
from parkops.kernel.papers import MOST_BYTES, form_of

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2_400
PDF = "pdf"


def clean(data: bytes) -> tuple[str, bytes]:
    """Return what a file is, "pdf" or "picture", and what is kept of it: a picture is written anew, so
    that nothing a camera adds is kept; a PDF is kept as it came.

    :raises Refused: "type" or "too_large" for a file that cannot be taken.
    """
    if len(data) > MOST_BYTES:
        raise Refused("too_large", "A document may have at most 10 MB.", field="file")
    form = form_of(data)
    if not form:
        raise Refused("type", "Send a PDF, or a JPEG, PNG or WebP picture.", field="file")
    if form == PDF:
        return form, data
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("too_large", "A picture may have 40 million pixels.", field="file")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("type", "This picture cannot be read.", field="file") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=85, optimize=True)
    return form, out.getvalue()


def keep(form: str, data: bytes) -> str:
    """Keep a clean file in the tenant's storage; return its name there."""
    ending = PDF if form == PDF else "jpg"
    return default_storage.save(f"documents/{uuid4()}.{ending}", ContentFile(data))


def given(file: str, *, form: str, name: str) -> HttpResponse:
    """Return a kept file, for this reader only: a picture to be shown, a PDF only ever to be saved."""
    with default_storage.open(file) as stored:
        data = stored.read()
    is_pdf = form == PDF
    way, ending = ("attachment", PDF) if is_pdf else ("inline", "jpg")
    return HttpResponse(
        data,
        content_type="application/pdf" if is_pdf else "image/jpeg",
        headers={
            "Content-Disposition": f'{way}; filename="{name}.{ending}"',
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def forget(file: str) -> None:
    """Delete a kept file once the transaction has committed."""
    transaction.on_commit(lambda: default_storage.delete(file))
