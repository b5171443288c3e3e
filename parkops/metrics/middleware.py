"""Counts every request with how long it took, whoever answered it."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parkops.metrics import counting


class CountingMiddleware:
    """Stands next to the choice of the tenant, so that what others refuse is counted too; what streams is
    counted to its start."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        status = 500
        try:
            response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            surface = counting.surface_of(
                request.path_info, is_platform=getattr(request, "tenant", None) is None
            )
            counting.count(surface, request.method or "", status, time.perf_counter() - began)
