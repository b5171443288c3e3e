"""Hangtags: what was received, where each is, what was counted, what was lost."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class HangtagBatch(models.Model):
    """Hangtags `first` to `last` (both included) of a permit type that came in at one price each."""

    id = models.BigAutoField(primary_key=True)
    type_code = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, blank=True)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    price_minor = models.BigIntegerField(default=0)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="hangtag_batch_last_after_first"
            )
        ]
        indexes = [models.Index(fields=["type_key", "-id"], name="hangtag_batch_by_type")]

    def __str__(self) -> str:
        return f"Hangtag batch {self.pk}"


class Hangtag(models.Model):
    """One hangtag of the stock. `place` is the clerk or location that has it ("" is the store)."""

    class State(models.TextChoices):
        """Where it is."""

        FREE = "free", "In stock"
        PERMIT = "permit", "On a permit"
        SPOILED = "spoiled", "Spoiled"
        LOST = "lost", "Lost"

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(HangtagBatch, models.CASCADE, related_name="tags")
    type_key = models.CharField(max_length=48)
    text = models.CharField(max_length=24)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.FREE)
    place = models.CharField(max_length=100, blank=True)
    permit = models.ForeignKey(
        "permits.Permit", models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type_key", "text"], name="hangtag_once_a_type"),
            models.CheckConstraint(
                condition=~Q(state="permit") | Q(permit__isnull=False),
                name="hangtag_on_a_permit_has_one",
            ),
        ]
        indexes = [models.Index(fields=["type_key", "state", "position"], name="hangtag_next")]

    def __str__(self) -> str:
        return f"Hangtag {self.text}"


class HangtagCount(models.Model):
    """What was found when the free hangtags of a place were counted, against what should be there."""

    id = models.BigAutoField(primary_key=True)
    type_key = models.CharField(max_length=48)
    place = models.CharField(max_length=100, blank=True)
    expected = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    missing = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    unexpected = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    counted_at = models.DateTimeField()
    counted_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["type_key", "-id"], name="hangtag_count_by_type")]

    def __str__(self) -> str:
        return f"Hangtag count {self.pk}"


class LostHangtag(models.Model):
    """A number of a permit that is worth nothing from `reported_at` on, until it is found again.

    Who shows it is told of at a check; it is given to no other permit meanwhile.
    """

    class Kind(models.TextChoices):
        """Why it is worth nothing."""

        LOST = "lost", "Lost"
        STOLEN = "stolen", "Stolen"
        REPLACED = "replaced", "Replaced"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    permit = models.ForeignKey("permits.Permit", models.CASCADE, related_name="lost_hangtags")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=24)
    tag_key = models.CharField(max_length=24)
    type_key = models.CharField(max_length=48)
    police_reference = models.CharField(max_length=100, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=200)
    found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="lost_hangtag_reference_unique"),
            models.UniqueConstraint(
                fields=["permit", "text"],
                condition=Q(found_at__isnull=True),
                name="lost_hangtag_once",
            ),
        ]
        indexes = [models.Index(fields=["tag_key"], name="lost_hangtag_by_key")]

    def __str__(self) -> str:
        return f"Lost hangtag {self.reference}"
