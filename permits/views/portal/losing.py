"""A holder reports a hangtag lost or stolen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from parkops.programme import queries as programme
from parkops.ui.access import customer_only
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms_hangtags import LossForm
from permits.views.portal.owning import own_permit
from permits.views.posted import posted


@customer_only
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def loss(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what happened to the hangtag, tell the fee, and replace it."""
    now = timezone.now()
    permit = own_permit(request, number)
    form = LossForm(posted(request))
    if request.method == "POST" and form.is_valid():
        operations.report_lost(
            permit.number,
            is_stolen=form.cleaned_data["kind"] == "stolen",
            police_reference=form.cleaned_data["police_reference"],
            by=actor(request),
            at=now,
        )
        messages.success(request, gettext("The old tag is worth nothing from now on."))
        return redirect("portal_permits:detail", number=permit.number)
    fee = programme.in_force(now).programme.fee("replacement")
    context = {"form": form, "permit": permit, "fee": fee}
    status = 422 if form.errors else 200
    return page(request, "permits/portal/loss.html", context, status=status)
