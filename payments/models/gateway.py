"""What the card provider tells us: events, each once, and chargebacks."""

from django.db import models
from django.db.models import Q


class GatewayEvent(models.Model):
    """A genuine notice from the card provider, kept once however often it comes."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=20)
    account = models.CharField(max_length=64, blank=True)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "account", "event_id"], name="gateway_event_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="gateway_event_waiting",
                condition=Q(processed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Dispute(models.Model):
    """A customer's bank asks for its money back. `withdrawn_minor` is what the bank holds now.

    `evidence` is what the bank is told, kept before it is sent; `answered_at` is when it was.
    """

    class Status(models.TextChoices):
        NEEDS_RESPONSE = "needs_response", "Needs a response"
        UNDER_REVIEW = "under_review", "With the bank"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    id = models.BigAutoField(primary_key=True)
    provider_id = models.CharField(max_length=120)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="disputes"
    )
    status = models.CharField(max_length=16, choices=Status)
    amount_minor = models.BigIntegerField()
    withdrawn_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=120, blank=True)
    respond_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    postings = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=dict, db_default={})
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="dispute_provider_id_unique")
        ]

    def __str__(self) -> str:
        return f"Dispute {self.provider_id}"
