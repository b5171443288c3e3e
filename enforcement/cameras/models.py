"""Cameras, what they read, and the proof that reads without a hit are erased."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from enforcement.cameras.rules import State

_CODE = 24
_PLATE = 32
_NAME = 200


def _text(length: int) -> models.CharField:
    return models.CharField(max_length=length, blank=True, default="", db_default="")


class Camera(models.Model):
    """One plate reader of the tenant: where it stands, who made it, and the hash of its key.

    One program may send for several: a camera that sends `through` another has no address of its own; its
    reads are those that name it as `device`.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=100)
    vendor = models.CharField(max_length=20)
    zone_code = models.CharField(max_length=_CODE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    device = _text(_NAME)
    through = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried"
    )
    key_hash = models.CharField(max_length=64)
    key_start = models.CharField(max_length=12)
    added_at = models.DateTimeField()
    key_made_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    switched_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="camera_reference_unique"),
            models.UniqueConstraint(fields=["key_hash"], name="camera_key_unique"),
            models.UniqueConstraint(
                fields=["through", "device"],
                condition=Q(through__isnull=False),
                name="camera_one_a_device",
            ),
            models.CheckConstraint(
                condition=Q(through__isnull=True) | ~Q(device=""), name="camera_carried_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"Camera {self.name}"


class PlateRead(models.Model):
    """One plate on one picture of a camera: what was read, what became of it, and by whom.

    `plate_text` is what the camera read. `settled_text` is the plate that was checked in the end; it is
    another one where a person corrected it. `going_by` is the officer who goes to a hit. The row and its
    pictures are erased when its time is over.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="reads")
    event = models.CharField(max_length=200)
    zone_code = models.CharField(max_length=_CODE)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()
    plate_text = models.CharField(max_length=_PLATE)
    plate_key = models.CharField(max_length=12)
    region = _text(16)
    sure_share = models.FloatField(null=True, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    device = _text(_NAME)
    direction = _text(40)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    shown = _text(120)
    original = _text(120)
    original_sha256 = _text(64)
    width = models.PositiveIntegerField(default=0, db_default=0)
    height = models.PositiveIntegerField(default=0, db_default=0)
    picture_ref = _text(_NAME)
    state = models.CharField(max_length=10, choices=[(state.value, state.label) for state in State])
    because = ArrayField(models.TextField(), default=list, blank=True, db_default=[])
    is_hit = models.BooleanField(default=False, db_default=False)
    settled_text = _text(_PLATE)
    check_record = models.ForeignKey(
        "enforcement.PlateCheck", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = _text(_NAME)
    decided_by_ref = _text(40)
    reason = models.TextField(blank=True, default="", db_default="")
    going_at = models.DateTimeField(null=True, blank=True)
    going_by = _text(_NAME)
    going_ref = _text(40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="plate_read_reference_unique"),
            models.UniqueConstraint(fields=["camera", "event"], name="plate_read_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "checked"]) ^ Q(decided_at__isnull=False),
                name="plate_read_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "rejected"]) ^ ~Q(settled_text=""),
                name="plate_read_settled_with_plate",
            ),
        ]
        indexes = [
            models.Index(
                fields=["taken_at", "id"], name="plate_read_waiting", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["-taken_at", "-id"], name="plate_read_hits", condition=Q(is_hit=True)
            ),
            models.Index(
                fields=["received_at", "id"], name="plate_read_to_erase", condition=Q(is_hit=False)
            ),
            models.Index(fields=["-taken_at", "-id"], name="plate_read_newest"),
            models.Index(fields=["plate_key", "-taken_at"], name="plate_read_by_plate"),
        ]

    def __str__(self) -> str:
        return f"Read {self.reference}"


class ReadErasure(models.Model):
    """The erasing ran: what was older than `before_at` and without a hit is gone. Written each time."""

    id = models.BigAutoField(primary_key=True)
    ran_at = models.DateTimeField()
    before_at = models.DateTimeField()
    erased = models.PositiveIntegerField()
    pictures = models.PositiveIntegerField()
    left = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-ran_at", "-id"], name="read_erasure_newest")]

    def __str__(self) -> str:
        return f"Erasing of {self.ran_at:%Y-%m-%d %H:%M}"
