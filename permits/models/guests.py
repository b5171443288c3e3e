"""A link by which guests take a visitor pass themselves."""

import uuid

from django.db import models
from django.db.models import F, Q


class GuestLink(models.Model):
    """What a host sends or prints: who has its code takes a pass out of the permit's allotment.

    A pass is at most `minutes` long. `uses` is how many it gives in all (None: what the allotment
    has), `per_plate` how many to one plate, `pin` what a guest must know besides ("" for nothing).
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=16)
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="guest_links")
    name = models.CharField(max_length=60)
    minutes = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(null=True, blank=True)
    per_plate = models.PositiveSmallIntegerField(default=1)
    pin = models.CharField(max_length=8, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="guest_link_code_unique"),
            models.UniqueConstraint(fields=["reference"], name="guest_link_reference_unique"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="guest_link_closes_after_opening"
            ),
        ]
        indexes = [models.Index(fields=["permit", "-id"], name="guest_link_by_permit")]

    def __str__(self) -> str:
        return f"Guest link {self.reference}"
