"""One act done to many permits: what was asked, and what became of each."""

import uuid

from django.db import models


class BulkRun(models.Model):
    """One act asked for many permits. It is checked first, then confirmed, then done row by row.

    `parameters` are what the act needs beside the reason. Which permits are meant is fixed when it
    is asked: its rows.
    """

    class State(models.TextChoices):
        """How far it has come."""

        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Waits for a yes"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        DROPPED = "dropped", "Not done"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=16)
    parameters = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    scope = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    rows_total = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by_ref = models.CharField(max_length=40)
    asked_by_name = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_name = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="bulk_run_reference_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.act} of {self.rows_total} permits, {self.reference}"


class BulkRow(models.Model):
    """One permit of a run: what would be done to it, then what was, in words."""

    class State(models.TextChoices):
        """What is known of it."""

        NEW = "new", "Not checked yet"
        READY = "ready", "Will be done"
        REFUSED = "refused", "Refused"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BulkRun, models.PROTECT, related_name="rows", db_index=False)
    permit = models.ForeignKey("permits.Permit", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    text = models.CharField(max_length=300, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    result_number = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "permit"], name="bulk_row_once_a_run"),
        ]
        indexes = [models.Index(fields=["run", "state", "id"], name="bulk_row_by_state")]

    def __str__(self) -> str:
        return f"Row {self.pk} of run {self.run_id}"
