"""Vehicles that stand in for others, and plates that several customers hold."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class TemporaryVehicle(models.Model):
    """A vehicle on a permit for [starts_at, ends_at) only, such as a rental.

    `replaces_key` is the plate of the permit that has no right meanwhile ("" if none gives way).
    `ended_at` is when somebody ended it early, `told_at` when its end was told to the holder.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    permit = models.ForeignKey("permits.Permit", models.CASCADE, related_name="temporary")
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    replaces_key = models.CharField(max_length=12, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_by_holder = models.BooleanField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="temporary_vehicle_reference"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="temporary_vehicle_ends_later"
            ),
        ]
        indexes = [
            models.Index(fields=["permit", "starts_at"], name="temporary_vehicle_by_permit"),
            models.Index(
                fields=["ends_at"], condition=Q(told_at__isnull=True), name="temporary_to_tell"
            ),
        ]

    def __str__(self) -> str:
        return f"Temporary vehicle {self.reference}"


class PlateDecision(models.Model):
    """What the office found out about a plate that several customers held: whose it is.

    `customers` are those who held it then. Without `owner` all of them rightly do; they are asked
    about again only once somebody else holds it too.
    """

    id = models.BigAutoField(primary_key=True)
    plate_key = models.CharField(max_length=12)
    customers = ArrayField(models.BigIntegerField())
    owner = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["plate_key", "-id"], name="plate_decision_by_plate")]

    def __str__(self) -> str:
        return f"Decision {self.pk} about {self.plate_key}"
