"""People and audiences as the institution tells them, and permits whose holders lost theirs."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Roster(models.Model):
    """One file of people from the institution: read, looked at, then applied or dropped.

    `losses` is, by audience, [how many lose it, how many had it]. With `is_complete`, who is not in
    the file loses every audience. `counts` is rows by kind.
    """

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", "Being read"
        READ = "read", "Waits for a decision"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        DROPPED = "dropped", "Dropped"
        REFUSED = "refused", "Could not be read"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    is_complete = models.BooleanField()
    is_from_drop = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    counts = models.JSONField(default=dict)
    losses = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    brought_at = models.DateTimeField()
    brought_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="roster_reference_unique"),
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(is_from_drop=True),
                name="roster_dropped_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Roster {self.reference}"


class RosterRow(models.Model):
    """What one line of a roster, or somebody missing from it (line 0), comes to."""

    class Kind(models.TextChoices):
        """What happens to the person."""

        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        GONE = "gone", "Gone"
        SAME = "same", "Unchanged"
        CONFLICT = "conflict", "Conflict"
        FAULT = "fault", "Fault"

    id = models.BigAutoField(primary_key=True)
    roster = models.ForeignKey(Roster, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    external_id = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    audiences = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    field = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    is_done = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["roster", "kind", "id"], name="roster_row_by_kind"),
            models.Index(
                fields=["roster", "id"], condition=Q(is_done=False), name="roster_row_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.line} of roster {self.roster_id}"


class EligibilityLoss(models.Model):
    """A permit whose holder is in none of its audiences any more: told now, ends at `ends_at`.

    It ends the permit (`ended_at`) unless the holder is eligible again before (`lifted_at`).
    """

    id = models.BigAutoField(primary_key=True)
    permit = models.ForeignKey("permits.Permit", models.CASCADE, related_name="losses")
    noticed_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["permit"],
                condition=Q(ended_at__isnull=True, lifted_at__isnull=True),
                name="eligibility_lost_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(ended_at__isnull=True, lifted_at__isnull=True),
                name="eligibility_loss_due",
            )
        ]

    def __str__(self) -> str:
        return f"Loss {self.pk} of eligibility"
