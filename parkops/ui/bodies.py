"""How large a body is, before it is read."""

from django.http import HttpRequest


def is_at_most(request: HttpRequest, limit: int) -> bool:
    """Return whether a body is announced to have at most `limit` bytes; no more than that is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and len(length) < 16 and int(length) <= limit
