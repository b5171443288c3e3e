"""Cash drawers."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Drawer(models.Model):
    """One person's time with a cash drawer, from the float put in to the count at the end."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid4, editable=False)
    name = models.CharField(max_length=60)
    holder_ref = models.CharField(max_length=40)
    holder_name = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    float_minor = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True)
    counted_minor = models.BigIntegerField(null=True)
    expected_minor = models.BigIntegerField(null=True)

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
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="drawer_newest")]

    @property
    def over_minor(self) -> int | None:
        """What was counted beyond what was expected, short below zero; None while it is open."""
        if self.counted_minor is None or self.expected_minor is None:
            return None
        return self.counted_minor - self.expected_minor

    def __str__(self) -> str:
        return f"Drawer {self.name} of {self.holder_name}"
