"""Where who approves a permit looks at the documents sent for it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import refusals_shown
from permits.queries import documents as rows
from permits.queries import permits
from permits.views.documents import given


@may(Permission.PERMIT_CHANGE)
@require_safe
@refusals_shown
def document(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a document of the permit."""
    return given(rows.document(reference, permit=permits.permit(number)))
