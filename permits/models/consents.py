"""A holder's consent that a permit renews by itself."""

import uuid

from django.db import models
from django.db.models import Q


class RenewalConsent(models.Model):
    """What somebody agreed to, in which words and when: `permit` renews, paid by a saved card.

    `permit` is the one that renews next; `wording` is the text as it stood on the page, in
    `language`, of `version`. `noticed_at` is when the price of the coming renewal was told, which
    came to `told_minor` (None: it could not be renewed then);
    `tries` how often the card was charged for it, `next_try_at` when it is tried again.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="consents")
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="consents")
    card = models.ForeignKey("payments.SavedCard", models.PROTECT, related_name="consents")
    wording = models.TextField()
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=12, blank=True)
    agreed_at = models.DateTimeField()
    noticed_at = models.DateTimeField(null=True, blank=True)
    told_minor = models.BigIntegerField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="consent_reference_unique"),
            models.UniqueConstraint(
                fields=["permit"], condition=Q(ended_at__isnull=True), name="consent_once_a_permit"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="consent_open")
        ]

    def __str__(self) -> str:
        return f"Consent {self.reference}"
