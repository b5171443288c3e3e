"""What the provider or the bank says otherwise than we do, and the payouts between both."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Payout(models.Model):
    """Money that went from the account at the provider to the bank. `posted_minor` is what the ledger
    has of it: all once it is paid, nothing once it came back."""

    class Status(models.TextChoices):
        PENDING = "pending", "On its way"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Canceled"

    id = models.BigAutoField(primary_key=True)
    provider_id = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=Status)
    amount_minor = models.BigIntegerField()
    posted_minor = models.BigIntegerField(default=0)
    postings = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    arrives_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="payout_provider_id_unique")
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="payout_newest")]

    def __str__(self) -> str:
        return f"Payout {self.provider_id}"


class Discrepancy(models.Model):
    """One thing that the provider or the bank says otherwise than we do; `subject` names it once.

    It goes by itself when both say the same again. What a person accepts with a reason stays accepted
    as long as the amounts stay. `act` is what would settle it, `about` what the act needs.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        RESOLVED = "resolved", "Resolved"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    subject = models.CharField(max_length=160)
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    text = models.CharField(max_length=400)
    ours_minor = models.BigIntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    effect_minor = models.BigIntegerField(default=0)
    act = models.CharField(max_length=20, blank=True)
    about = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="discrepancy_public_id_unique"),
            models.UniqueConstraint(fields=["subject"], name="discrepancy_subject_once"),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False)
                | (~Q(state="resolved") & Q(resolved_at__isnull=True)),
                name="discrepancy_resolved_at_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(reason=""),
                name="discrepancy_accepted_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["happened_at"], name="discrepancy_open", condition=Q(state="open")
            ),
            models.Index(fields=["-found_at", "-id"], name="discrepancy_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Comparison(models.Model):
    """One comparing with the provider and the bank: from when on, how much, and how it ended."""

    id = models.BigAutoField(primary_key=True)
    since_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    movements = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    ours_minor = models.BigIntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    unexplained_minor = models.BigIntegerField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-ran_at", "-id"], name="comparison_newest")]

    def __str__(self) -> str:
        return f"Comparison {self.ran_at:%Y-%m-%d %H:%M}"
