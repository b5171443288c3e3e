"""Plates that officers are told about."""

import uuid

from django.db import models
from django.db.models import Q

from enforcement.models.fields import KEY, NAME, PLATE, REGION, short_text


class HotlistEntry(models.Model):
    """A plate that officers are told about: stolen, exempt, wanted for a talk."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    kind = models.CharField(max_length=24)
    note = models.TextField(blank=True, default="")
    until_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=NAME)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="hotlist_reference_unique")
        ]
        indexes = [
            models.Index(
                fields=["plate_key"],
                name="hotlist_by_plate",
                condition=Q(removed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Hotlist entry {self.reference}"
