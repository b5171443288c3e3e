"""What every call to the API passes first: the size of its body, its method, its address."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt

from parkops.api.problems import Problem, not_found
from parkops.ui.bodies import is_at_most

MIB = 1024 * 1024
BODY_LIMIT = MIB
# Some paths take more.
BODY_LIMITS = [
    (re.compile(r"/photos/?$"), 15 * MIB),
    (re.compile(r"/lpr/\w+/?$"), 15 * MIB),
    (re.compile(r"/batch/?$"), 8 * MIB),
]

View = Callable[..., HttpResponse]


def behind(pattern: URLPattern | URLResolver) -> URLPattern:
    """Return `pattern` with its view behind the door."""
    assert isinstance(pattern, URLPattern), "the API has no addresses within addresses"
    return URLPattern(
        pattern.pattern, _guarded(pattern.callback), pattern.default_args, pattern.name
    )


@csrf_exempt
def nowhere(request: HttpRequest, **_: Any) -> HttpResponse:
    """Answer a path that the API does not have."""
    return not_found().response()


def limit_for(path: str) -> int:
    """Return how many bytes a body sent to `path` may have."""
    return next((limit for form, limit in BODY_LIMITS if form.search(path)), BODY_LIMIT)


def require_size(request: HttpRequest, limit: int) -> None:
    """Do nothing if the body has at most `limit` bytes.

    :raises Problem: 413 otherwise.
    """
    if not is_at_most(request, limit):
        raise Problem(413, "too_large", f"A body may have at most {limit // MIB} MiB here.")


def _guarded(view: View) -> View:
    @wraps(view, assigned=("__doc__",))
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _look_at(request)
        except Problem as problem:
            return problem.response()
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return not_found().response()
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            return Problem(
                405,
                "method_not_allowed",
                f"This address takes {allowed}.",
                headers={"Allow": allowed},
            ).response()
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    guarded.access = "token"
    guarded.csrf_exempt = True
    return guarded


def _look_at(request: HttpRequest) -> None:
    if "\x00" in request.path:
        raise not_found()
    require_size(request, limit_for(request.path))
