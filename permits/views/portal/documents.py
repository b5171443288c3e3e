"""Where a customer sends the documents that a permit needs before it is approved."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.decisions import NotFound, Refused
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown, refuse
from permits import operations
from permits.forms_documents import DocumentForm
from permits.queries import documents as rows
from permits.queries.pages import permit_page
from permits.rules.documents import WAITING
from permits.views.documents import given
from permits.views.portal.owning import own_permit


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def documents(request: HttpRequest, number: str) -> HttpResponse:
    """Show which documents are asked for and sent; take one more, or one back."""
    now = timezone.now()
    permit = own_permit(request, number)
    shown = permit_page(permit, at=now)
    kinds = shown.kind.taken_documents
    act = request.POST.get("act", "")
    if act.startswith("withdraw:"):
        reference = _uuid(act.partition(":")[2])
        operations.withdraw_document(permit.number, reference, by=actor(request), at=now)
        return redirect("portal_permits:documents", number=permit.number)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(data, files, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            operations.send_document(
                permit.number,
                kind=form.cleaned_data.get("kind") or (kinds[0] if kinds else ""),
                name=file.name or "",
                data=file.read(),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal_permits:documents", number=permit.number)
    sent = rows.documents_of(permit)
    context = {
        "shown": shown,
        "permit": permit,
        "form": form,
        "asked": rows.asked_of(kinds, sent),
        "is_open": (shown.status in WAITING or permit.proof_due_by is not None)
        and shown.kind.approval != "none",
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/documents.html", context, status=status)


@customer_only
@require_safe
@refusals_shown
def document(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give the holder a document that they sent."""
    return given(rows.document(reference, permit=own_permit(request, number)))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such document.") from error
