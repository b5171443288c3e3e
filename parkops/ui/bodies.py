"""What a body holds: how large it is, before it is read, and that its text can be kept."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


def is_at_most(request: HttpRequest, limit: int) -> bool:
    """Return whether a body is announced to have at most `limit` bytes; no more than that is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and len(length) < 16 and int(length) <= limit


class StorableFormMiddleware:
    """Leaves NUL out of what forms send: nobody can type it, and no text that is kept can hold it.

    What guards itself by a token or a signature reads its body itself, and is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if any(NUL in value for _, values in request.POST.lists() for value in values):
            request.POST = QueryDict(request.POST.urlencode().replace("%00", ""))
