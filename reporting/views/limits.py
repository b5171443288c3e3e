"""The limits of figures: seen, set and removed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from parkops.kernel.permissions import Permission, Role
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from reporting.dashboards import figures
from reporting.forms_desks import LimitForm
from reporting.operations import limits as operations
from reporting.queries import limits as queries
from reporting.views.dashboard import look_of


@may(Permission.DASHBOARD_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def limit_list(request: HttpRequest) -> HttpResponse:
    """List the limits that this person sees; on a post, set one."""
    now = timezone.now()
    form = LimitForm(request.POST or None, user=request.user, currency=request.tenant.currency)
    if request.method == "POST" and form.is_valid():
        told = {"for_all": False, "told_role": "", **form.limit()}
        with refused_on(form):
            operations.set_limit(**told, user=request.user, by=actor(request), at=now)
            messages.success(request, f"{figures.FIGURES[told['figure']].label} has its limit.")
            return redirect("office_dashboard:limits")
    look = look_of(request, now)
    may_manage = request.user.may(Permission.DASHBOARD_MANAGE)
    rows = [
        {
            "limit": limit,
            "figure": figures.stat(figures.FIGURES[limit.figure], look),
            "text": figures.limit_text(figures.FIGURES[limit.figure], limit, look),
            "told": Role(limit.told_role).label if limit.told_role else "",
            "may_remove": limit.owner_id == request.user.pk
            or (limit.owner_id is None and may_manage),
        }
        for limit in queries.seen_by(request.user)
    ]
    context = {"rows": rows, "form": form}
    status = 422 if form.errors else 200
    return page(request, "reporting/office/limits.html", context, status=status)


@may(Permission.DASHBOARD_VIEW)
@require_POST
@refusals_shown
def remove(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Remove a limit."""
    operations.remove_limit(reference, user=request.user, by=actor(request), at=timezone.now())
    messages.success(request, "The limit is gone.")
    return redirect("office_dashboard:limits")
