"""Replays of drafts, and what each would change."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Replay(models.Model):
    """A draft of the program tried on what happened in [since_at, until_at).

    `document` is what was tried; `draft_id` and `draft_revision` say which saving of a draft it was
    (none: a file), `base_version` what it is compared with. It is worked through in batches: `stage`
    and `after` say what comes next. `cells` are the sums of all records by kind, change, zone and
    audience; `aside` counts what could not be compared.
    """

    class Stage(models.TextChoices):
        VISITS = "visits", "Paid stays"
        PERMITS = "permits", "Permits"
        PLATES = "plates", "Plate checks and citations"
        OVER = "over", "Done"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    draft_id = models.BigIntegerField(null=True, blank=True)
    draft_revision = models.PositiveIntegerField(null=True, blank=True)
    base_version = models.PositiveIntegerField()
    months = models.PositiveSmallIntegerField()
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()
    job = models.ForeignKey("jobs.Job", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by_ref = models.CharField(max_length=40, blank=True)
    asked_by_name = models.CharField(max_length=200)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.VISITS)
    after = models.CharField(max_length=40, blank=True)
    total = models.BigIntegerField(null=True, blank=True)
    done = models.BigIntegerField(default=0)
    cells = models.JSONField(default=dict)
    aside = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="replay_reference_unique"),
            models.CheckConstraint(
                condition=models.Q(until_at__gt=models.F("since_at")), name="replay_span_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(draft_id__isnull=True, draft_revision__isnull=True)
                | models.Q(draft_id__isnull=False, draft_revision__isnull=False),
                name="replay_draft_has_revision",
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="replay_newest"),
            models.Index(fields=["draft_id", "draft_revision"], name="replay_by_draft"),
        ]

    def __str__(self) -> str:
        return f"Replay {self.reference}"


class ReplayRow(models.Model):
    """One record that would be otherwise under the draft: what it was, what it would be, and why.

    `reference` is its number, or the reference of a plate check. Amounts are minor units.
    """

    id = models.BigAutoField(primary_key=True)
    replay = models.ForeignKey(
        Replay, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    kind = models.CharField(max_length=8)
    change = models.CharField(max_length=16)
    reference = models.CharField(max_length=40)
    at = models.DateTimeField()
    zone_code = models.CharField(max_length=24, blank=True)
    audience = models.CharField(max_length=24, blank=True)
    was_minor = models.BigIntegerField()
    would_minor = models.BigIntegerField()
    was = models.CharField(max_length=40, blank=True)
    would = models.CharField(max_length=40, blank=True)
    because_was = ArrayField(models.TextField(), default=list)
    because_would = ArrayField(models.TextField(), default=list)
    is_settled = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["replay", "kind", "reference"], name="replay_row_once_a_record"
            )
        ]
        indexes = [models.Index(fields=["replay", "kind", "change", "id"], name="replay_rows")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} of replay {self.replay_id}"
