"""Which plate may park by what."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class PlateRight(models.Model):
    """One plate on a permit, in a paid stay or on a visitor pass, for [starts_at, ends_at).

    It holds only while what it rests on does: a permit that is suspended keeps its rows.
    `near_keys` are what near misses share; `removed_at` is when the plate was taken off.
    A plate that another stands in for (`temporary`) has a row before and a row after it.
    """

    class Kind(models.TextChoices):
        """What the right rests on."""

        PERMIT = "permit"
        SESSION = "session"
        VISITOR = "pass"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    plate_text = models.CharField(max_length=32)
    plate_key = models.CharField(max_length=12)
    region = models.CharField(max_length=16, blank=True)
    near_keys = ArrayField(models.CharField(max_length=14))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    permit = models.ForeignKey(
        "permits.Permit", models.CASCADE, null=True, blank=True, related_name="plates"
    )
    session = models.ForeignKey(
        "permits.ParkingSession", models.CASCADE, null=True, blank=True, related_name="rights"
    )
    visitor_pass = models.ForeignKey(
        "permits.VisitorPass", models.CASCADE, null=True, blank=True, related_name="rights"
    )

    temporary = models.ForeignKey(
        "permits.TemporaryVehicle", models.CASCADE, null=True, blank=True, related_name="rights"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="right_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(kind="permit", permit__isnull=False, session__isnull=True)
                | Q(kind="session", permit__isnull=True, session__isnull=False)
                | Q(kind="pass", permit__isnull=False, visitor_pass__isnull=False),
                name="right_rests_on_one_thing",
            ),
            models.CheckConstraint(condition=~Q(plate_key=""), name="right_plate_not_empty"),
            models.UniqueConstraint(
                fields=["permit", "plate_key", "region"],
                condition=Q(kind="permit", removed_at__isnull=True),
                name="right_plate_once_a_permit",
            ),
        ]
        indexes = [
            models.Index(fields=["plate_key", "-ends_at"], name="right_by_plate"),
            # Without a list of pending entries, which every look would have to read through.
            GinIndex(fields=["near_keys"], name="right_near", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.plate_key} by {self.kind} from {self.starts_at:%Y-%m-%d %H:%M}"
