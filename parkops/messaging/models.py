"""What is said to people, and whether it has been sent."""

import uuid

from django.db import models
from django.db.models import Q


class Said(models.Model):
    """What is said once on an occasion (`event`), and how its delivery goes."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Message(Said):
    """One message to one address, as it is sent. `key` names the occasion, so it is said once.

    `kept` is the end of a message where there is no mail server: the mailbox shows it instead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        KEPT = "kept", "Kept, no mail server"
        FAILED = "failed", "Not delivered"

    key = models.CharField(max_length=200)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    # A customer's id; customers stand above messaging, so it is no foreign key.
    customer_id = models.BigIntegerField(null=True, blank=True)
    # What goes with it, as "kind:name"; see enclosures.
    enclosed = models.CharField(max_length=80, blank=True, default="", db_default="")
    # Holds a code; its words go once they have been sent.
    is_secret = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)

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


class TextLine(models.Model):
    """The number that a tenant texts from, and where its provider takes texts; there is one at most.

    The secret that both sides sign with is made of `salt` and the platform's key.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=16)
    url = models.URLField(max_length=500)
    salt = models.CharField(max_length=64)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="text_line_is_one")]

    def __str__(self) -> str:
        return self.number


class Phone(models.Model):
    """A phone that texts were exchanged with: the language it used last, and whether it opted out."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=16)
    language = models.CharField(max_length=10, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="phone_number_unique")]

    def __str__(self) -> str:
        return f"Phone {self.pk}"


class TextMessage(Said):
    """One text from a phone or to it. `key` names the occasion, or the provider's name of one that
    came in, so that each is said, and taken in, once."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        KEPT = "kept", "Kept, no provider"
        FAILED = "failed", "Not delivered"
        STOPPED = "stopped", "Not sent, opted out"

    phone = models.ForeignKey(Phone, models.PROTECT, related_name="texts")
    key = models.CharField(max_length=240)
    words = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="text_key_unique"),
            models.UniqueConstraint(fields=["reference"], name="text_reference_unique"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="text_newest"),
            models.Index(fields=["phone", "-created_at"], name="text_by_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.event} text {self.pk}"
