"""A visitor pass given out of a permit's allotment."""

import uuid

from django.db import models
from django.db.models import F, Q


class VisitorPass(models.Model):
    """One visitor's pass: a plate for [starts_at, ends_at); ended early, its end moves there.

    `guest_link` is the link by which the guest took it, `batch` the list that it came in by.
    """

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
    guest_link = models.ForeignKey(
        "permits.GuestLink", models.PROTECT, null=True, blank=True, related_name="passes"
    )
    batch = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="pass_reference_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="pass_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["permit", "starts_at"], name="pass_by_permit"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="pass_by_batch"),
        ]

    def __str__(self) -> str:
        return f"Pass {self.reference}"
