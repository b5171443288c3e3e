"""Cash drawers: somebody's time with one, what went in and out beside payments, how it was counted."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Drawer(models.Model):
    """One person's time with a cash drawer, from the float put in to the count at the end.

    The count stays as it is until somebody asks for another (`recount_asked_at`); once a second person
    has signed, it stays for good.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    name = models.CharField(max_length=60)
    holder_ref = models.CharField(max_length=40)
    holder_name = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    float_minor = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    counted_minor = models.BigIntegerField(null=True)
    expected_minor = models.BigIntegerField(null=True)
    explanation = models.CharField(max_length=300, blank=True)
    recount_asked_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="drawer_public_id_unique"),
            models.UniqueConstraint(
                fields=["holder_ref"],
                name="drawer_one_open_per_holder",
                condition=Q(closed_at__isnull=True, holder_ref__startswith="staff:"),
            ),
            models.CheckConstraint(
                condition=Q(float_minor__gte=0), name="drawer_float_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(
                    closed_at__isnull=True, counted_minor__isnull=True, expected_minor__isnull=True
                )
                | Q(
                    closed_at__isnull=False,
                    counted_minor__gte=0,
                    expected_minor__isnull=False,
                ),
                name="drawer_closed_with_its_count",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True)
                | Q(closed_at__isnull=False, recount_asked_at__isnull=True),
                name="drawer_signed_once_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="drawer_newest"),
            models.Index(
                fields=["opened_at", "id"],
                name="drawer_open",
                condition=Q(closed_at__isnull=True),
            ),
        ]

    @property
    def over_minor(self) -> int | None:
        """What was counted beyond what was expected, short below zero; None while it is open."""
        if self.counted_minor is None or self.expected_minor is None:
            return None
        return self.counted_minor - self.expected_minor

    @property
    def takings_minor(self) -> int:
        """What was counted beyond the float, which stays for the next time; nothing while it is open."""
        return 0 if self.counted_minor is None else self.counted_minor - self.float_minor

    def __str__(self) -> str:
        return f"Drawer {self.name} of {self.holder_name}"


class DrawerMovement(models.Model):
    """Cash put into an open drawer or taken out of it that is no payment and no refund."""

    class Kind(models.TextChoices):
        PAID_IN = "paid_in", "Paid in"
        PAID_OUT = "paid_out", "Paid out"
        DROP = "drop", "Dropped to the safe"

    class Purpose(models.TextChoices):
        BANK = "bank", "Change from or to the bank"
        EXPENSE = "expense", "A small purchase, with its receipt"
        UNKNOWN = "unknown", "Something else, to be looked into"
        SAFE = "safe", "To the safe"

    id = models.BigAutoField(primary_key=True)
    drawer = models.ForeignKey(Drawer, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=8, choices=Kind)
    purpose = models.CharField(max_length=8, choices=Purpose)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    moved_at = models.DateTimeField()
    moved_by = models.CharField(max_length=200)
    request_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="drawer_movement_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(kind="drop", purpose="safe")
                | (~Q(kind="drop") & ~Q(purpose="safe") & ~Q(reason="")),
                name="drawer_movement_says_why",
            ),
            models.UniqueConstraint(fields=["request_key"], name="drawer_movement_once"),
        ]

    @property
    def signed_minor(self) -> int:
        """What it adds to the drawer, below zero if it takes out."""
        return self.amount_minor if self.kind == self.Kind.PAID_IN else -self.amount_minor

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_minor}"


class DrawerCount(models.Model):
    """One counting of a closed drawer. `pieces` are [denomination, how many], empty for a plain total.

    `refused_because` says why somebody asked for another.
    """

    id = models.BigAutoField(primary_key=True)
    drawer = models.ForeignKey(Drawer, on_delete=models.PROTECT, related_name="counts")
    place = models.PositiveSmallIntegerField()
    counted_minor = models.BigIntegerField()
    pieces = models.JSONField(default=list)
    counted_at = models.DateTimeField()
    counted_by = models.CharField(max_length=200)
    counted_by_ref = models.CharField(max_length=40)
    refused_by = models.CharField(max_length=200, blank=True)
    refused_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawer", "place"], name="drawer_count_in_order"),
            models.CheckConstraint(
                condition=Q(counted_minor__gte=0), name="drawer_count_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"Count {self.place} of {self.drawer_id}"
