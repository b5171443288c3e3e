"""The proof of the books in the office: what the last one found, and asking for one now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page
from payments import operations, pages, queries
from payments.views.book_tabs import tabs

SHOWN = 50


@may(Permission.LEDGER_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show what the last proof found; on a post, let a worker prove the books now."""
    if request.method == "POST":
        operations.ask_for_proof(by=actor(request), at=timezone.now())
        messages.success(request, "The books are being proven. Look again in a minute.")
        return redirect("office_ledger:proof")
    last = queries.last_proof()
    context = {
        "last": last,
        "differences": pages.differences(last)[:SHOWN] if last else [],
        "set_aside": sorted(last.set_aside.items()) if last else [],
        "history": queries.proofs(),
        "tabs": tabs("proof"),
    }
    return page(request, "payments/office/proof.html", context)
