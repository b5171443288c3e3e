"""The card terminal's days: what it says it took, beside what was taken here."""

from django.db import models
from django.db.models import Q


class TerminalBatch(models.Model):
    """What was taken by the card terminal up to its close: our payments less refunds are `expected_minor`,
    what the terminal's own slip says is `total_minor`; why they differ stands in `reason`."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=24)
    expected_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    slip = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="terminal_batch_number_unique"),
            models.CheckConstraint(
                condition=Q(expected_minor=models.F("total_minor")) | ~Q(reason=""),
                name="terminal_batch_says_why_it_differs",
            ),
        ]
        indexes = [models.Index(fields=["-closed_at", "-id"], name="terminal_batch_newest")]

    @property
    def difference_minor(self) -> int:
        """What the terminal says beyond what was taken here; below zero it says less."""
        return self.total_minor - self.expected_minor

    def __str__(self) -> str:
        return f"Terminal batch {self.number}"


class TerminalItem(models.Model):
    """One payment, or one refund, in a batch; each in one."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(TerminalBatch, models.PROTECT, related_name="items")
    payment = models.OneToOneField(
        "payments.Payment", models.PROTECT, null=True, related_name="batched"
    )
    refund = models.OneToOneField(
        "payments.Refund", models.PROTECT, null=True, related_name="batched"
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, refund__isnull=True, amount_minor__gt=0)
                | Q(payment__isnull=True, refund__isnull=False, amount_minor__lt=0),
                name="terminal_item_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of terminal batch {self.batch_id}"
