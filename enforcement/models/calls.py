"""Calls for an officer, from the public and from the office, and incidents that officers record."""

import uuid

from django.db import models
from django.db.models import Q

from enforcement.models.citations import Citation
from enforcement.models.fields import ACTOR_REF, CODE, KEY, NAME, PLATE, REGION, short_text


class Call(models.Model):
    """Somebody asks that an officer comes: what, where, who has it, and what came of it.

    `client_id` names one filled-in form, so that sending it twice is one call. A caller's name,
    address and picture are forgotten after the tenant's time.
    """

    class Source(models.TextChoices):
        PUBLIC = "public", "From the public"
        OFFICE = "office", "From the office"

    class State(models.TextChoices):
        NEW = "new", "New"
        ASSIGNED = "assigned", "Given to an officer"
        ACCEPTED = "accepted", "On the way"
        ARRIVED = "arrived", "There"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    class Priority(models.IntegerChoices):
        URGENT = 1, "Urgent"
        HIGH = 2, "High"
        NORMAL = 3, "Normal"
        LOW = 4, "Low"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    pin = models.CharField(max_length=8)
    client_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    kind = models.CharField(max_length=24)
    text = models.TextField(blank=True, default="")
    zone_code = short_text(CODE)
    place = short_text(200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    plate_text = short_text(PLATE)
    plate_key = short_text(KEY)
    region = short_text(REGION)
    caller = short_text(NAME)
    email = short_text(254)
    language = short_text(12)
    priority = models.PositiveSmallIntegerField(choices=Priority)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    called_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    officer = short_text(NAME)
    officer_ref = short_text(ACTOR_REF)
    assigned_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = short_text(24)
    outcome_text = models.TextField(blank=True, default="")
    citation = models.ForeignKey(
        Citation, on_delete=models.PROTECT, null=True, blank=True, related_name="calls"
    )
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="call_number_unique"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(client_id__isnull=False),
                name="call_client_id_unique",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "cancelled"], done_at__isnull=False)
                | ~Q(state__in=["done", "cancelled"]) & Q(done_at__isnull=True),
                name="call_done_with_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "accepted", "arrived"]) | ~Q(officer_ref=""),
                name="call_in_work_has_officer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "answer_by", "id"],
                name="call_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(fields=["-called_at", "-id"], name="call_newest"),
        ]

    def __str__(self) -> str:
        return f"Call {self.number}"


class CallPicture(models.Model):
    """A picture that came with a call: shown without metadata, the original kept as evidence."""

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="pictures")
    shown = models.CharField(max_length=120)
    original = models.CharField(max_length=120)
    original_sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="call_picture_reference_unique")
        ]

    def __str__(self) -> str:
        return f"Picture {self.reference}"


class Incident(models.Model):
    """Something that happened to an officer or that they saw, beyond parking."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    client_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=24)
    text = models.TextField()
    zone_code = short_text(CODE)
    place = short_text(200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    police_reference = short_text(60)
    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=NAME)
    recorded_by_ref = short_text(ACTOR_REF)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="incident_number_unique"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(client_id__isnull=False),
                name="incident_client_id_unique",
            ),
        ]
        indexes = [models.Index(fields=["-happened_at", "-id"], name="incident_newest")]

    def __str__(self) -> str:
        return f"Incident {self.number}"
