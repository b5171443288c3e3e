"""Pages for what went wrong, in words. They need no database and no signed-in person, but in the office, where
what is not open or not there is told under its rail."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from parkops.ui.context import brand, shell

IN_THE_OFFICE = frozenset({403, 404})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: the request makes no sense."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, with the reason if one was given."""
    return _page(request, 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, with the reason only where ParkOps wrote it: a path is never echoed."""
    told = exception.args[0] if exception.args else ""
    return _page(request, 404, reason=told if isinstance(told, str) else "")


def fault(request: HttpRequest) -> HttpResponse:
    """Answer 500: ParkOps is at fault."""
    return _page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503: the service is away for a moment."""
    response = _page(request, 503)
    response["Retry-After"] = "30"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form that was open for too long, or did not come from here."""
    told = gettext(
        "This form was open for too long. Go back, load the page again, and send it once more."
    )
    return _page(request, 403, reason=told)


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    given = {
        "tenant": getattr(request, "tenant", None),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        **brand(request),
        **context,
    }
    within = request if status in IN_THE_OFFICE and shell(request)["shell"] else None
    return HttpResponse(render_to_string(f"{status}.html", given, within), status=status)
