"""A visitor pass given out of a permit's allotment."""

import uuid

from django.db import models
from django.db.models import F, Q


class VisitorPass(models.Model):
    """One visitor's pass: a plate for [starts_at, ends_at); ended early, its end moves there."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="passes")
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="pass_reference_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="pass_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["permit", "starts_at"], name="pass_by_permit")]

    def __str__(self) -> str:
        return f"Pass {self.reference}"
