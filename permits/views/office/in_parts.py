"""Where a clerk sells a permit in parts: the days first, then the first part is taken."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from payments import queries as payments
from payments.forms import refusal_on
from permits.forms_parts import FirstPartForm
from permits.operations import in_parts as acting
from permits.queries import permits as rows
from permits.queries.in_parts import in_parts
from permits.queries.pages import permit_page


@may(Permission.PAYMENT_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def parts(request: HttpRequest, number: str) -> HttpResponse:
    """Show the ways of paying in parts with their days; on a post, take the first part."""
    now, by = timezone.now(), actor(request)
    permit = rows.permit(number)
    if permit.paid_at is not None:
        return redirect("office_permits:detail", number=permit.number)
    drawer = payments.open_drawer_of(f"{by.kind}:{by.ref}")
    told = in_parts(permit, (request.POST or request.GET).get("way", ""), at=now)
    form = FirstPartForm(request.POST or None, initial={"once": uuid4()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["method"] == "cash" and drawer is None:
            form.add_error("method", "Open a drawer before you take cash.")
        else:
            try:
                payment = acting.take_first_part(
                    permit.number,
                    way=request.POST.get("way", ""),
                    method=said["method"],
                    reference=said["reference"] if said["method"] == "terminal" else "",
                    drawer=drawer.public_id if drawer and said["method"] == "cash" else None,
                    request_key=f"counter:{said['once']}" if said["once"] else "",
                    by=by,
                    at=now,
                )
            except Refused as refusal:
                refusal_on(form, refusal)
            else:
                return redirect("office_counter:taken", payment.number)
    context = {"permit": permit, "shown": permit_page(permit, at=now), "told": told, "form": form}
    return page(
        request, "permits/office/in_parts.html", context, status=422 if form.errors else 200
    )
