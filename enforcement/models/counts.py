"""How many vehicles stood in a zone: counted by its sensors, its gate, or a person."""

from django.db import models
from django.db.models import Q

from enforcement.models.fields import CODE, NAME


class SpaceCount(models.Model):
    """How many spaces of a zone were taken at an instant, by who counted. Never changed.

    `capacity` is how many spaces there were at the time. More taken than there are spaces is kept, as
    sensors and gates do tell that: it is a reason to look at them.
    """

    class Kind(models.TextChoices):
        SENSOR = "sensor", "Sensors"
        GATE = "gate", "Gate"
        MANUAL = "manual", "Counted by hand"

    id = models.BigAutoField(primary_key=True)
    zone_code = models.CharField(max_length=CODE)
    kind = models.CharField(max_length=6, choices=Kind)
    counted_at = models.DateTimeField()
    occupied = models.PositiveIntegerField()
    capacity = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=NAME)
    imported_batch = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone_code", "kind", "counted_at"], name="space_count_once"
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="space_count_has_spaces"),
        ]
        indexes = [
            models.Index(fields=["counted_at"], name="space_count_by_instant"),
            models.Index(
                fields=["counted_at"],
                condition=Q(kind="manual"),
                name="space_count_by_hand",
            ),
            models.Index(
                fields=["imported_batch"],
                condition=Q(imported_batch__isnull=False),
                name="space_count_imported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occupied} of {self.capacity} in {self.zone_code}"

    @property
    def is_over(self) -> bool:
        """Whether more was counted than there are spaces."""
        return self.occupied > self.capacity
