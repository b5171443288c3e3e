"""Reads of messages."""

from uuid import UUID

from django.conf import settings

from parkops.messaging.models import Message


def of_customer(customer_id: int, *, limit: int) -> list[Message]:
    """Return the newest `limit` messages to a customer, without their bodies."""
    return list(
        Message.objects.filter(customer_id=customer_id)
        .defer("text", "html")
        .order_by("-created_at", "-pk")[:limit]
    )


def newest(*, limit: int = 100, to: str = "") -> list[Message]:
    """Return the newest `limit` messages, to one address if `to` is given."""
    rows = Message.objects.filter(to__iexact=to) if to else Message.objects.all()
    return list(rows.defer("html").order_by("-created_at", "-pk")[:limit])


def is_mailbox_open() -> bool:
    """Return whether messages are shown, not sent: on one's own machine without a mail server."""
    return settings.IS_LOCAL and not settings.HAS_MAIL_SERVER


def by_reference(reference: UUID) -> Message | None:
    """Return the message with this reference, None if there is none here."""
    return Message.objects.filter(reference=reference).first()
