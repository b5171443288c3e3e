"""A paid short stay."""

from django.db import models
from django.db.models import F, Q


class ParkingSession(models.Model):
    """One stay paid by the minute, in one zone. `ends_at` moves when it is extended or stopped."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=32)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="sessions"
    )
    zone_code = models.CharField(max_length=24)
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    programme_version = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    sold_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="session_number_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="session_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="session_by_end"),
            models.Index(fields=["plate_key", "-id"], name="session_by_plate"),
        ]

    def __str__(self) -> str:
        return f"Session {self.number}"
