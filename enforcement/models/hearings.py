"""Hearings: the times that are offered, and the appeals that are heard at them."""

import uuid

from django.db import models
from django.db.models import F, Q

from enforcement.models.appeals import Appeal
from enforcement.models.fields import ACTOR_REF, NAME, short_text


class HearingSlot(models.Model):
    """A time [starts_at, ends_at) at which `capacity` appeals are heard, in a place or by video."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    place = short_text(200)
    video = short_text(300)
    officer = short_text(NAME)
    officer_ref = short_text(ACTOR_REF)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="hearing_slot_reference_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="hearing_slot_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="hearing_slot_has_room"),
            models.CheckConstraint(
                condition=~Q(place="") | ~Q(video=""), name="hearing_slot_is_somewhere"
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="hearing_slot_by_time")]

    def __str__(self) -> str:
        return f"Hearing slot {self.reference}"


class Hearing(models.Model):
    """An appeal booked into a slot; `released_at` once it was moved or given up."""

    class Attendance(models.TextChoices):
        ATTENDED = "attended", "Attended"
        MISSED = "missed", "Did not come"

    id = models.BigAutoField(primary_key=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="hearings")
    slot = models.ForeignKey(HearingSlot, on_delete=models.PROTECT, related_name="hearings")
    booked_at = models.DateTimeField()
    booked_by = models.CharField(max_length=NAME)
    released_at = models.DateTimeField(null=True, blank=True)
    attendance = models.CharField(max_length=8, choices=Attendance, blank=True, default="")
    recorded_at = models.DateTimeField(null=True, blank=True)
    recorded_by = short_text(NAME)
    note = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"],
                condition=Q(released_at__isnull=True),
                name="hearing_one_an_appeal",
            ),
            models.CheckConstraint(
                condition=Q(attendance="") ^ Q(recorded_at__isnull=False),
                name="hearing_recorded_with_attendance",
            ),
        ]

    def __str__(self) -> str:
        return f"Hearing {self.pk}"
