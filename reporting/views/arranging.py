"""Where a person arranges a dashboard: with plain buttons, so that a keyboard does without a mouse."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import act_of, page, refusals_shown
from reporting.dashboards import desks
from reporting.operations import arrangements as operations
from reporting.queries import arrangements
from reporting.views.dashboard import desk_of

RESET = "reset"


@may(Permission.DASHBOARD_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def arrange(request: HttpRequest, code: str) -> HttpResponse:
    """Show what stands on the person's desk and what could; on a post, move a piece."""
    desk, _ = desk_of(request.user, code)
    here = reverse("office_dashboard:arrange", args=[desk.code])
    if request.method == "POST":
        act, piece = act_of(request)
        if act == RESET:
            operations.put_back(desk, user=request.user)
            messages.success(request, f"{desk.name} is as it was at first.")
            return redirect(here)
        operations.arrange(desk, act=act, piece=piece, user=request.user, at=timezone.now())
        return redirect(f"{here}?{urlencode({'act': act, 'piece': piece})}")
    shown = arrangements.pieces_of(desk, request.user)
    hidden = [one for one in desks.offered(may=request.user.may) if one not in shown]
    context = {
        "desk": desk,
        "is_own": arrangements.own_of(desk, request.user) is not None,
        "groups": [
            (name, _named(shown, is_figure), _named(hidden, is_figure))
            for name, is_figure in (("Figures", True), ("Panels", False))
        ],
        "may_manage": request.user.may(Permission.DASHBOARD_MANAGE),
        "act": request.GET.get("act", ""),
        "piece": request.GET.get("piece", ""),
    }
    return page(request, "reporting/office/arrange.html", context)


def _named(codes: list[str], is_figure: bool) -> list[tuple[str, str]]:
    return [(one, desks.title_of(one)) for one in codes if desks.is_figure(one) is is_figure]
