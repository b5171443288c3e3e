"""A paid short stay, and what is asked for and not yet paid."""

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
    # What of the price a department pays.
    covered_net_minor = models.BigIntegerField(default=0)
    covered_tax_minor = models.BigIntegerField(default=0)
    sold_at = models.DateTimeField()
    # Of a guest without an account: where the receipt and the reminder go.
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=10, blank=True)
    # Who texted in: E.164.
    phone = models.CharField(max_length=16, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    # Seen one character or one zone off: when, and for which plate and zone it was bought, once moved.
    warned_at = models.DateTimeField(null=True, blank=True)
    moved_from = models.CharField(max_length=80, blank=True)

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
            models.Index(
                fields=["phone", "ends_at"], name="session_by_phone", condition=~Q(phone="")
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.number}"


class StayOrder(models.Model):
    """A stay, or a longer one (`stay` is set), asked for on the web: it holds once it is paid.

    `number` is the stay's. A stay that `keeps_end` ends at `ends_at` whenever it is paid; another is
    as long as it was asked for, from the payment on. Money is that of the whole stay.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=32)
    stay = models.ForeignKey(
        ParkingSession, models.CASCADE, null=True, blank=True, related_name="orders"
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    zone_code = models.CharField(max_length=24)
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    programme_version = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    keeps_end = models.BooleanField(default=False)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    # What of the price a department pays.
    covered_net_minor = models.BigIntegerField(default=0)
    covered_tax_minor = models.BigIntegerField(default=0)
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    ordered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(settled_at__isnull=True, lapsed_at__isnull=True),
                name="stay_order_open_once",
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(settled_at__isnull=True, lapsed_at__isnull=True, stay__isnull=True)
                & ~Q(phone=""),
                name="stay_order_open_once_a_phone",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="stay_order_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(settled_at__isnull=True, lapsed_at__isnull=True),
                name="stay_order_open_by_expiry",
            ),
            models.Index(fields=["number", "-id"], name="stay_order_by_number"),
        ]

    def __str__(self) -> str:
        return f"Order of session {self.number}"


class StayMend(models.Model):
    """An officer saw a vehicle one character or one zone off a paid stay; who paid may move the stay
    to the plate and zone that were seen, once. `citation` is the warning's number."""

    id = models.BigAutoField(primary_key=True)
    stay = models.OneToOneField(ParkingSession, models.CASCADE, related_name="mend")
    citation = models.CharField(max_length=32)
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    zone_code = models.CharField(max_length=24)
    why = models.CharField(max_length=200)
    offered_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Session {self.stay_id} was meant for {self.plate_key} in {self.zone_code}"
