"""Saved filters and kept questions that are run by the clock, and what became of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from reporting.rules.schedules import Every, Rhythm


class Schedule(models.Model):
    """When a saved filter or a kept question is run, in which formats, and for whom.

    `weekday` (0 is Monday) and `day` of the month (31 is its last) count where `every` asks for them;
    `minute` is of the local day. `recipients` are the ids of members of staff.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    saved_filter = models.ForeignKey(
        "reporting.SavedFilter",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
    )
    question = models.ForeignKey(
        "reporting.Question",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
    )
    every = models.CharField(max_length=5, choices=[(one.value, f"Every {one}") for one in Every])
    weekday = models.PositiveSmallIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=1)
    minute = models.PositiveSmallIntegerField()
    formats = ArrayField(models.CharField(max_length=5))
    recipients = ArrayField(models.BigIntegerField())
    skips_empty = models.BooleanField(default=False)
    next_due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="schedule_reference_unique"),
            models.CheckConstraint(
                condition=models.Q(minute__lt=1440, weekday__lte=6, day__gte=1, day__lte=31),
                name="schedule_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(saved_filter__isnull=True) ^ models.Q(question__isnull=True),
                name="schedule_runs_one_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                name="schedule_due",
                condition=models.Q(paused_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Schedule {self.reference}"

    @property
    def rhythm(self) -> Rhythm:
        """When it is run."""
        return Rhythm(Every(self.every), self.minute, self.weekday, self.day)


class ScheduledRun(models.Model):
    """A schedule run for the instant at which it was due: once, with what became of it."""

    class Outcome(models.TextChoices):
        RUNNING = "running", "Running"
        SENT = "sent", "Sent"
        EMPTY = "empty", "Empty, not sent"
        NOBODY = "nobody", "Nobody may see it"
        FAILED = "failed", "Failed"

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(
        "reporting.Schedule", on_delete=models.CASCADE, related_name="runs"
    )
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.RUNNING)
    because = models.TextField(blank=True)
    sent_to = ArrayField(models.CharField(max_length=254), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="scheduled_run_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} due {self.due_at}"
