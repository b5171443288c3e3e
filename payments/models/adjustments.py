"""What staff add to a charge or take off it, each with its reason."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

REASONS = {
    "priced_wrong": "Priced wrong",
    "goodwill": "Goodwill",
    "service": "Service not given",
    "duplicate": "Charged twice",
    "hardship": "Hardship",
    "uncollectible": "Cannot be collected",
    "other": "Other",
}
"""Why a charge is adjusted, as customers read it on receipts."""


class Adjustment(models.Model):
    """An amount added to a charge, taken off it, or given up, in the sale's own share of tax.

    One that the program wants a second person for is proposed until somebody else than who asked
    (`asked_by_ref`) accepts it; nothing has moved until then.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", "Credit"
        DEBIT = "debit", "Debit"
        WRITE_OFF = "write_off", "Write-off"

    class State(models.TextChoices):
        PROPOSED = "proposed", "To be accepted"
        DONE = "done", "Done"
        REJECTED = "rejected", "Not accepted"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    charge = models.ForeignKey("payments.Charge", models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=14, choices=list(REASONS.items()))
    text = models.CharField(max_length=300)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State)
    asked_by = models.CharField(max_length=200)
    asked_by_ref = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="adjustment_public_id_unique"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0) & Q(tax_minor__gte=0),
                name="adjustment_not_below_zero",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="adjustment_proposed", condition=Q(state="proposed")
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.gross_minor} on charge {self.charge_id}"

    @property
    def gross_minor(self) -> int:
        """Net and tax, above zero whatever its kind."""
        return self.net_minor + self.tax_minor

    @property
    def signed_minor(self) -> int:
        """What it changes of what its charge comes to."""
        return self.gross_minor if self.kind == self.Kind.DEBIT else -self.gross_minor
