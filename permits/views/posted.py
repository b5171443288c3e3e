"""What a form is given by a request."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, though it be nothing; None on a mere look."""
    return request.POST if request.method == "POST" else None
