"""A permit offered by its holder to somebody else."""

import uuid

from django.db import models
from django.db.models import Q


class PermitTransfer(models.Model):
    """A holder's offer to give a permit to whoever has an e-mail address; it counts once accepted."""

    class State(models.TextChoices):
        ASKED = "asked", "Waits for an answer"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="transfers")
    giver = models.ForeignKey("customers.Customer", models.PROTECT, related_name="given")
    to_email = models.CharField(max_length=254)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="transfer_reference_unique"),
            models.UniqueConstraint(
                fields=["permit"], condition=Q(state="asked"), name="transfer_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"Transfer {self.reference}"
