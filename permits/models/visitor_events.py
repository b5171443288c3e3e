"""Events whose visitors park by passes that somebody else pays for."""

import uuid

from django.db import models
from django.db.models import F, Q


class VisitorEvent(models.Model):
    """An event with its zone and hours; its department pays `price_minor` for each pass that is used."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    department = models.ForeignKey("permits.Department", models.PROTECT, related_name="events")
    zone_code = models.CharField(max_length=24)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    price_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="visitor_event_ref_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="visitor_event_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["-starts_at"], name="visitor_event_newest")]

    def __str__(self) -> str:
        return f"Visitor event {self.reference}"


class EventPass(models.Model):
    """One place at an event: for a plate that is known (`stay` is its session), or for whoever has
    the code and names a plate."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(VisitorEvent, models.PROTECT, related_name="passes")
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    stay = models.OneToOneField(
        "permits.ParkingSession", models.PROTECT, null=True, blank=True, related_name="event_pass"
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="event_pass_code_unique")]
        indexes = [models.Index(fields=["event", "id"], name="event_pass_by_event")]

    def __str__(self) -> str:
        return f"Event pass {self.pk}"
