"""The line for a permit type that is sold out."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class WaitlistEntry(models.Model):
    """One customer's place in line for a permit type. An open offer holds a place of the quota."""

    class Status(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        OFFERED = "offered"
        ACCEPTED = "accepted"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    type_code = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="waits")
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    joined_at = models.DateTimeField()
    places = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    permit = models.ForeignKey(
        "permits.Permit", models.PROTECT, null=True, blank=True, related_name="offers"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="waitlist_reference_unique"),
            models.UniqueConstraint(
                fields=["type_key", "customer"],
                condition=Q(status__in=["waiting", "offered"]),
                name="waitlist_once_a_customer",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_expires_at__isnull=False),
                name="waitlist_offer_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["type_key", "joined_at", "id"],
                condition=Q(status="waiting"),
                name="waitlist_line",
            ),
            models.Index(
                fields=["offer_expires_at"],
                condition=Q(status="offered"),
                name="waitlist_open_offers",
            ),
        ]

    def __str__(self) -> str:
        return f"Waitlist of {self.type_code}, {self.customer_id}"
