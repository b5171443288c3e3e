"""Money given back."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Refund(models.Model):
    """Money that goes back the way it came. Only one that failed may be tried again. What goes back of
    several payments by one act shares `together`.

    One that the program wants a second person for is proposed until somebody else than who asked
    (`asked_by_ref`) accepts it; not accepted, its money is credit of the payment again.

    A trigger refuses refunds that together exceed what their payment took.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "To be accepted"
        WAITING = "waiting", "To be paid out"
        SUBMITTED = "submitted", "Under way"
        SUCCEEDED = "succeeded", "Given back"
        FAILED = "failed", "Failed"
        REJECTED = "rejected", "Not accepted"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    number = models.CharField(max_length=24)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="refunds"
    )
    charge = models.ForeignKey(
        "payments.Charge", on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=300)
    drawer = models.ForeignKey("payments.Drawer", on_delete=models.PROTECT, null=True)
    together = models.UUIDField(null=True)
    asked_by = models.CharField(max_length=200)
    asked_by_ref = models.CharField(max_length=100, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    provider_id = models.CharField(max_length=120, null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="refund_public_id_unique"),
            models.UniqueConstraint(fields=["number"], name="refund_number_unique"),
            models.UniqueConstraint(fields=["provider_id"], name="refund_provider_id_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_above_zero"),
            models.CheckConstraint(
                condition=Q(state="succeeded", settled_at__isnull=False)
                | (~Q(state="succeeded") & Q(settled_at__isnull=True)),
                name="refund_settled_when_it_succeeded",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="refund_open",
                condition=~Q(state__in=["succeeded", "rejected"]),
            ),
            models.Index(fields=["-created_at", "-id"], name="refund_newest"),
            models.Index(
                fields=["together"], name="refund_together", condition=Q(together__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Refund {self.number}"
