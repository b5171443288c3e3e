"""Reads of texts."""

from parkops.messaging.models import TextMessage


def newest(*, limit: int = 50) -> list[TextMessage]:
    """Return the newest `limit` texts of the mailbox, in and out, each with its phone."""
    rows = TextMessage.objects.select_related("phone").order_by("-created_at", "-pk")
    return list(rows[:limit])
