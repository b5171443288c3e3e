"""Long work that people wait for: its lease, its attempts, its progress."""

import uuid

from django.db import models


class Job(models.Model):
    """One piece of long work, such as a report or an import.

    A worker holds it while `lease_until` is ahead; a lease that ran out belongs to nobody, and the next
    worker starts again with one attempt more. Of `rows_total` (none while it is not known) `rows_done` are
    done in this stage; `queued_at` is when it last joined the line.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress_share = models.FloatField(default=0)
    stage = models.CharField(max_length=120, blank=True)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    asked_by_ref = models.CharField(max_length=40, blank=True)
    asked_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="job_reference_unique"),
            models.CheckConstraint(
                condition=models.Q(progress_share__gte=0, progress_share__lte=1),
                name="job_progress_is_a_share",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
                name="job_running_has_a_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="job_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
