"""How a stored document is given to a reader."""

from django.http import HttpResponse

from parkops.customers import papers
from permits.models import PermitDocument


def given(document: PermitDocument) -> HttpResponse:
    """Return the file, for this reader only: a picture to be shown, a PDF to be saved."""
    return papers.given(document.file, form=document.form, name=str(document.reference))
