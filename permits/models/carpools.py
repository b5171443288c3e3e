"""Permits that several people share, and who shares them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper


class Carpool(models.Model):
    """What makes a permit a carpool's. `fell_short_at` is when it came to have too few members."""

    id = models.BigAutoField(primary_key=True)
    permit = models.OneToOneField("permits.Permit", models.PROTECT, related_name="carpool")
    fell_short_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["fell_short_at"],
                condition=Q(fell_short_at__isnull=False),
                name="carpool_too_few",
            )
        ]

    def __str__(self) -> str:
        return f"Carpool #{self.pk}"


class CarpoolMember(models.Model):
    """Somebody beside the holder: invited, from `joined_at` a member, until `ended_at`.

    `customer` and `plate_key` are set on joining; the plate stands on the permit until the end.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    carpool = models.ForeignKey(Carpool, models.PROTECT, related_name="members")
    email = models.EmailField(max_length=254)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    plate_key = models.CharField(max_length=12, blank=True)
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="carpool_member_reference_unique"),
            models.UniqueConstraint(
                "carpool",
                Upper("email"),
                condition=Q(ended_at__isnull=True),
                name="carpool_member_once",
            ),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True)
                | Q(joined_at__gte=F("invited_at"), customer__isnull=False),
                name="carpool_member_joined_after_invited",
            ),
        ]

    def __str__(self) -> str:
        return f"Carpool member {self.reference}"
