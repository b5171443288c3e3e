"""How a stored document is given to a reader."""

from django.core.files.storage import default_storage
from django.http import HttpResponse

from permits.models import PermitDocument


def given(document: PermitDocument) -> HttpResponse:
    """Return the file, for this reader only: a picture to be shown, a PDF to be saved."""
    with default_storage.open(document.file) as file:
        data = file.read()
    is_pdf = document.form == PermitDocument.Form.PDF
    ending = "pdf" if is_pdf else "jpg"
    way = "attachment" if is_pdf else "inline"
    return HttpResponse(
        data,
        content_type="application/pdf" if is_pdf else "image/jpeg",
        headers={
            "Content-Disposition": f'{way}; filename="{document.reference}.{ending}"',
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
