"""Answers the dashboards that wait for news, before anything else is done for them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from reporting.queries import news

PATH = "/office/live/"


class NothingNewMiddleware:
    """Says 204 to a poll that knows the present version: nobody can know it who was not shown the figures.

    A poll with another version, or when it is time to look again, goes the way of every request, with what was
    found of the figures as its `found`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method == "GET" and request.tenant is not None:
            request.found = news.found(timezone.now())
            if news.is_present(request.GET.get("v", ""), request.found):
                return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        return self.get_response(request)
