"""What is said to people, and whether it has been sent."""

import uuid

from django.db import models


class Message(models.Model):
    """One message to one address, as it is sent. `key` names the occasion, so it is said once.

    `kept` is the end of a message where there is no mail server: the mailbox shows it instead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        KEPT = "kept", "Kept, no mail server"
        FAILED = "failed", "Not delivered"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    # A customer's id; customers stand above messaging, so it is no foreign key.
    customer_id = models.BigIntegerField(null=True, blank=True)
    # Holds a code; its words go once they have been sent.
    is_secret = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="message_key_unique"),
            models.UniqueConstraint(fields=["reference"], name="message_reference_unique"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["customer_id", "-created_at"], name="message_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.key}"
