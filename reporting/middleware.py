"""Answers the dashboards that wait for news, before anything else is done for them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from parkops.kernel.decisions import Refused
from parkops.ui.language import ENGLISH
from reporting.queries import news, viewers

PATH = "/office/live/"


class NewsMiddleware:
    """Says 204 to a poll that knows the present version: nobody can know it who was not shown the figures.

    Another is told what changed, if whoever asks was shown that desk within the last minute and nothing of what
    they may see has changed (`viewers`). All others go the way of every request, with what was found of the
    figures as its `found`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method == "GET" and request.tenant is not None:
            request.found = news.found(timezone.now())
            if news.is_present(request.GET.get("v", ""), request.found):
                return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
            told = _told(request)
            if told is not None:
                told["X-Content-Type-Options"] = "nosniff"
                told["Content-Length"] = str(len(told.content))
                return told
        return self.get_response(request)


def _told(request: HttpRequest) -> HttpResponse | None:
    """What changed for somebody who is known; None for others, and where a page says it better."""
    from reporting.views.dashboard import news_for

    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    desk = request.GET.get("desk")
    viewer = viewers.known(session, desk, timezone.now()) if session and desk else None
    if viewer is None:
        return None
    try:
        with translation.override(ENGLISH):
            return news_for(request, viewer)
    except Refused:
        return None
