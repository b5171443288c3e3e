"""Looks at plates: who asked what of which plate, and the chalk marks."""

import uuid

from django.db import models

from enforcement.models.fields import (
    ACTOR_KIND,
    ACTOR_REF,
    CODE,
    KEY,
    NAME,
    PLATE,
    REGION,
    short_text,
)


class PlateCheck(models.Model):
    """One look at a plate: who asked, when, from where, and the whole answer. Never changed.

    `at` is the instant asked about, `recorded_at` when it was asked. The database refuses every
    change but one: the plate and the answer may be forgotten when their time is over.
    """

    class Source(models.TextChoices):
        FIELD = "field", "Officer's phone"
        OFFLINE = "offline", "Officer's phone, offline"
        OFFICE = "office", "Office"
        API = "api", "API"
        BATCH = "batch", "API, in a batch"
        CAMERA = "camera", "Camera"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)
    actor_kind = models.CharField(max_length=ACTOR_KIND)
    actor_ref = short_text(ACTOR_REF)
    actor_name = models.CharField(max_length=NAME)
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    zone_code = models.CharField(max_length=CODE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    verdict = models.CharField(max_length=16)
    programme_version = models.PositiveIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="plate_check_reference_unique")
        ]
        indexes = [
            models.Index(fields=["plate_key", "-at"], name="plate_check_by_plate"),
            models.Index(fields=["-recorded_at", "-id"], name="plate_check_newest"),
        ]

    def __str__(self) -> str:
        return f"Plate check {self.reference}"


class Observation(models.Model):
    """A chalk mark: a vehicle stood in a zone at an instant, at a `block_face` of its street if told.

    With `is_gone` it stood there no more: the officer found its space without it.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    seen_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    plate_text = models.CharField(max_length=PLATE)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    zone_code = models.CharField(max_length=CODE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    valve = short_text(20)
    block_face = short_text(80)
    is_gone = models.BooleanField(default=False, db_default=False)
    seen_by = models.CharField(max_length=NAME)

    class Meta:
        indexes = [
            models.Index(fields=["plate_key", "-seen_at"], name="observation_by_plate"),
            models.Index(fields=["-recorded_at"], name="observation_newest"),
        ]

    def __str__(self) -> str:
        return f"Observation {self.reference}"
